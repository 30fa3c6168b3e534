import t from 'tap'
import { handlersOf, offsetOf } from '../../../../../services/runner/debug/node/handlers-of.ts'

const source = `import x from 'x'
try { one() } catch { two() }
try { three() } finally { four() }
async function f() {
  await five()
  six()
  try { list.map(() => seven()) } catch {}
}
export const h = async () => { await nine().catch(() => {}); await ten.eleven() }
export const g = () => eight()
`

t.test('who catches, and who awaits', async t => {
  const handlers = await handlersOf(source)
  const at = (name: string) => source.indexOf(`${name}()`)
  const caught = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'].filter(name =>
    handlers?.catches(at(name)),
  )
  t.same(caught, ['one'], 'in the block itself, where there is a handler, and in its own function')
  t.equal(handlers?.isAsync(at('six')), true)
  t.equal(handlers?.isAsync(at('seven')), false)
  t.equal(handlers?.isAsync(at('one')), false)
  t.equal(handlers?.awaits(at('five')), true)
  for (const name of ['six', 'nine']) t.equal(handlers?.awaits(at(name)), false, name)
  t.equal(handlers?.awaits(at('eleven')), true)
  t.equal(await handlersOf('const = 1'), undefined)
  for (const deep of ['[', 'x=>', '(()=>{']) t.equal(await handlersOf(deep.repeat(100_000)), undefined, deep)
})

t.test('places', async t => {
  t.equal(source.slice(offsetOf(source, 4, 8)).startsWith('five'), true)
  t.equal(offsetOf('a', 3, 0), 1)
})
