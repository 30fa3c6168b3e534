import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { judgedSettings } from '../../../tasks/bootstrap/judged-settings.ts'

/** A workspace with a configuration of its own, judged once and kept. */
async function judgedOnce(t: Test) {
  const root = t.testdir()
  mkdirSync(join(root, 'config'))
  const shipped = join(root, 'config/bootstrap.toml')
  writeFileSync(shipped, '[environment]\nname = "mine"\n')
  const environment = { HOME: '/home/x' }
  const first = await judgedSettings(root, environment)
  t.equal(first.values.environment.name, 'mine')
  t.type(first.keep, 'function', 'was not known before')
  await first.keep?.()
  return { root, shipped, environment, first }
}

t.test('settings that were judged are known in the next run, and the same', async t => {
  const { root, environment, first } = await judgedOnce(t)
  const again = await judgedSettings(root, environment)
  t.equal(again.keep, undefined)
  t.same({ ...again, keep: undefined }, { ...first, keep: undefined })
})

t.test(
  'they are judged anew when a file or a variable of theirs is another, and each time while something is wrong',
  async t => {
    const { root, shipped, environment } = await judgedOnce(t)
    const judge = (change: Record<string, string> = {}) => judgedSettings(root, { ...environment, ...change })
    t.match(await judge({ DEBUG_SERVER__ENVIRONMENT__NAME: 'other' }), {
      values: { environment: { name: 'other' } },
      keep: Function,
    })
    t.match(await judge({ HOME: '/home/y' }), { keep: Function })
    t.match(await judge({ SHLVL: '2' }), { keep: undefined }, 'one that has nothing to do with them')

    const named = join(root, 'named.toml')
    await (await judge({ DEBUG_SERVER_CONFIG: named }).catch(() => undefined))?.keep?.()
    await t.rejects(judge({ DEBUG_SERVER_CONFIG: named }), { name: 'UserError' }, 'one that is missing')
    writeFileSync(named, '[environment]\nname = "named"\n')
    t.match(await judge({ DEBUG_SERVER_CONFIG: named }), { values: { environment: { name: 'named' } } })

    const local = join(root, 'config/bootstrap.local.toml')
    writeFileSync(local, '[environment]\nname = "local"\n')
    t.match(await judge(), { values: { environment: { name: 'local' } } }, 'a file that was not there')
    writeFileSync(local, '')
    writeFileSync(shipped, '[environment]\nnome = "mine"\n')
    for (const _ of [1, 2]) await t.rejects(judge(), { message: /nome/ })
  },
)

t.test('a variable that is named anywhere counts, also where that is overridden', async t => {
  const { root, shipped, environment } = await judgedOnce(t)
  for (const text of ['"$SCRATCH/data"', `"$${'{SCRATCH}'}/data"`, '"\\u0024S\\u0043RATCH/data"']) {
    writeFileSync(shipped, `[storage]\ndata_dir = ${text}\n`)
    const given = { ...environment, SCRATCH: '/one', DEBUG_SERVER__STORAGE__DATA_DIR: '/own' }
    await (await judgedSettings(root, given)).keep?.()
    t.equal((await judgedSettings(root, given)).keep, undefined)
    t.match(await judgedSettings(root, { ...given, SCRATCH: '/two' }), { keep: Function }, text)
    await t.rejects(judgedSettings(root, { ...given, SCRATCH: undefined }), { message: /SCRATCH is not set/ })
  }
})

t.test('what was kept holds no variable, and is passed over when it was damaged', async t => {
  const { root, environment } = await judgedOnce(t)
  const file = join(root, '.artifacts/cache/settings.json')
  writeFileSync(join(root, 'config/server.toml'), 'runner.path = "$PASSWORD"\n')
  const { keep } = await judgedSettings(root, { ...environment, PASSWORD: 's3cret' })
  t.type(keep, 'function')
  await keep?.()
  t.notMatch(readFileSync(file, 'utf8'), /s3cret/)
  writeFileSync(file, '{"key":')
  t.match(await judgedSettings(root, { ...environment, PASSWORD: 's3cret' }), { keep: Function })
})

t.test('where nothing can be written they are judged each time', async t => {
  const root = t.testdir({ '.artifacts': 'a file' })
  const { keep } = await judgedSettings(root, {})
  await t.resolves(keep?.() ?? Promise.reject(new Error('was known')))
  t.type((await judgedSettings(root, {})).keep, 'function')
})
