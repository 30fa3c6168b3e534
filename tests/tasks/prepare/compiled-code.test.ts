import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Script } from 'node:vm'
import t from 'tap'
import { bundle } from '../../../tasks/prepare/bundle.ts'
import { compiledCode } from '../../../tasks/prepare/compiled-code.ts'
import { createPlace, root } from '../cli-rig.ts'

const main = join(root, 'tasks/main.ts')
const of = { name: 'task', main }

/** Compiles a program for which this text stands, in a directory of a test's own. */
function compile(t: { teardown(end: () => void): void }, text: string) {
  const directory = join(createPlace(t).path, 'practice')
  const codes = compiledCode({
    ...of,
    root,
    program: join(root, 'nowhere/main.ts.js'),
    text,
    ahead: {},
    directory,
  })
  return { directory, codes }
}

t.test('the program is started as people start it, and what was compiled then is kept', async t => {
  const { text } = await bundle(root, of, join(root, 'nowhere/main.ts.js'))
  const { directory, codes } = compile(t, text)
  t.equal(readFileSync(join(directory, 'out'), 'utf8'), 'text', 'tasks have run')
  t.ok(existsSync(join(directory, '.artifacts')), 'and are remembered there')
  for (const cachedData of [codes?.itself.run, codes?.itself.complete, codes?.itself.brief]) {
    const script = new Script(text, { filename: 'any.js', cachedData: Buffer.from(cachedData ?? []) })
    t.equal(script.cachedDataRejected, false)
  }
})

t.test('programs that go ahead of it do all that there is, once it is known', async t => {
  const nowhere = (name: string) => join(root, 'nowhere', `${name}.ts.js`)
  const { text } = await bundle(root, of, nowhere('main'))
  const first = async (source: string) => ({
    program: nowhere(source),
    ...(await bundle(root, { name: 'task', main: join(root, `tasks/${source}.ts`) }, nowhere(source))),
  })
  const ahead = { unchanged: await first('unchanged'), commands: await first('known-commands') }
  const directory = join(createPlace(t).path, 'practice')
  const codes = compiledCode({ ...of, root, program: nowhere('main'), text, ahead, directory })
  for (const kind of ['unchanged', 'commands'] as const) {
    const cachedData = Buffer.from(codes?.ahead[kind] ?? [])
    const script = new Script(ahead[kind].text, { filename: 'any.js', cachedData })
    t.equal(script.cachedDataRejected, false)
  }
  const memory = new DatabaseSync(join(directory, '.artifacts/task/runs.db'))
  const [latest, unchanged, before] = memory
    .prepare('select words, up_to_date from runs order by rowid desc')
    .all()
  memory.close()
  t.match(latest, { words: '["--jobs","2","command"]' })
  t.same(unchanged, { __proto__: null, words: '["still"]', up_to_date: 51 })
  t.equal(before?.words, '["settled"]', 'the practice of the program itself came between')
})

t.test('a start looks to the program like any other', async t => {
  const { directory, codes } = compile(
    t,
    `(async load => {
      const { appendFileSync } = await load('node:fs')
      appendFileSync('log', JSON.stringify([process.argv.slice(1), process.execArgv, process.env.NODE_OPTIONS]) + '\\n')
      process.exit(1)
    })`,
  )
  t.ok(codes)
  const starts = readFileSync(join(directory, 'log'), 'utf8').trim().split('\n')
  t.ok(starts.includes(JSON.stringify([[main, '--version'], [], null])), starts.join('\n'))
  t.ok(starts.includes(JSON.stringify([[main, '--jobs', '2', 'all'], [], null])))
})

t.test('a program that cannot be started has none', async t => {
  t.equal(compile(t, 'const').codes, undefined)
  t.equal(compile(t, '(async () => { throw new RangeError("a bug") })').codes, undefined)
  t.equal(compile(t, '(async () => process.abort())').codes, undefined)
})
