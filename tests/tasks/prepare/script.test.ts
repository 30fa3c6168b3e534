import { Script } from 'node:vm'
import t from 'tap'
import { asScript, wrapping } from '../../../tasks/prepare/script.ts'

const wrapped = (text: string) => `${wrapping.start}\n${text}\n${wrapping.end}`
type Import = (specifier: string) => Promise<unknown>
const functionOf = (text: string): ((load: Import) => Promise<unknown>) =>
  new Script(asScript(wrapped(text))).runInThisContext()

t.test('a module becomes a function that is given import', async t => {
  const asked: string[] = []
  const load: Import = async specifier => {
    asked.push(specifier)
    return { specifier }
  }
  const start = functionOf(`const { specifier } = await import('one')
const load = name => import(name + '!')
await load('two')
return [specifier, this, 'import("x")', /import(x)/.source]`)
  t.same(await start(load), ['one', undefined, 'import("x")', 'import(x)'], 'no text is touched')
  t.same(asked, ['one', 'two!'])
})

t.test('each start of it begins anew', async t => {
  const start = functionOf('let count = 0; return ++count')
  t.same([await start(async () => {}), await start(async () => {})], [1, 1])
})

t.test('every line and column stays', async t => {
  const text = wrapped(`await import('one'); await import('two')\nimport('three')`)
  const script = asScript(text)
  t.equal(script.length, text.length)
  t.equal(script.indexOf("'two'"), text.indexOf("'two'"))
})

t.test('what would mean something else is refused', async t => {
  for (const text of ['const', 'import.meta.resolve("x")', 'const $mport = 1'])
    t.throws(() => asScript(wrapped(text)), text)
  t.doesNotThrow(() => asScript(wrapped('const text = "import.meta"')))
})
