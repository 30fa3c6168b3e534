import t from 'tap'
import { until } from '../../../until.ts'
import { killRunner, spawnRunner } from '../spawn-runner.ts'
import { pidOf } from './debug-processes.ts'
import { DebugClient, debugging, debugRig } from './debug-rig.ts'
import { build, languageNames, languages, lineOf, missingFor, sourceOf } from './matrix/languages.ts'

t.setTimeout(240_000)

// Programs of Rust have the debugger of those of C.
const names = languageNames.filter(name => name !== 'rust')
const here = names.filter(name => missingFor(languages[name]) === undefined)
for (const name of names.filter(name => !here.includes(name)))
  t.test(name, { skip: missingFor(languages[name]) ?? false }, () => undefined)

/** Each in a directory of its own, for some are built to the same name. */
const fileOf = (name: (typeof names)[number]) => `${name}/${languages[name].file}`

t.test('a runner is killed while a program stands under each debugger', async t => {
  const tree = Object.fromEntries(here.map(name => [fileOf(name), sourceOf(languages[name])]))
  const { rig, session } = await debugRig(t, tree)
  await rig.stop()
  const child = await spawnRunner(rig)
  t.teardown(() => killRunner(child))
  const client = await DebugClient.connect(rig.socket)
  t.teardown(() => client.close())
  const { launch, state } = debugging(rig, session, client)
  const all = await Promise.all(
    here.map(async name => {
      const language = languages[name]
      const debug = await launch({
        program: build(language, rig.files.worktree(session.id), fileOf(name)),
        ...{ engines: [language.engine], arguments: ['basic'] },
        breakpoints: [`${fileOf(name)}:${lineOf(language, 'total')}`],
      })
      return { name, debug }
    }),
  )
  for (const { name, debug } of all) {
    const { status, end } = await state(debug, 'debug.status')
    t.equal(status, 'stopped', `${name}: ${end?.message}`)
  }
  await killRunner(child)
  await until('debuggees and debuggers to be gone', () => pidOf(session.id) === undefined)
  await rig.start()
  const again = await DebugClient.connect(rig.socket)
  t.teardown(() => again.close())
  const next = debugging(rig, session, again)
  for (const { name, debug } of all) {
    const row = await rig.ended(debug.command)
    t.match(row, { status: 'failed', exit_code: 137, failure_json: /debugger_lost/ }, name)
    t.equal(rig.stdout(row), '', `${name}: it has not run on`)
    t.match(
      await next.state(debug, 'debug.status'),
      { status: 'ended', end: { reason: 'runner_lost' } },
      name,
    )
  }
})
