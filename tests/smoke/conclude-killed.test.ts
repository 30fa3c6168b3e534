import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { conclude } from '../../smoke/evidence/conclude.ts'
import type { Setting } from '../../smoke/setting.ts'
import { cleanUp, leave } from '../../smoke/workspace/clean-up.ts'
import { moveIn } from '../../smoke/workspace/move-in.ts'
import { placesIn } from '../../smoke/workspace/places.ts'
import { type Owner, room, write } from './room.ts'

const started = new Date('2026-01-01T00:00:00.000Z')
const phases: Setting['phases'] = ['clone', 'up']
const events = [
  { type: 'run-started', tasks: phases.map(name => ({ name, describe: '' })) },
  { type: 'task-succeeded', name: 'clone', durationMs: 1 },
  { type: 'task-started', name: 'up' },
]

/** A workspace and evidence as they are where harness and keeper were killed; `differs` is what its `run.json` has otherwise. */
async function killedRun(owner: Owner, differs: (root: string) => Partial<Setting> = () => ({})) {
  const root = room(owner)
  const evidence = join(root, '2026-01-01T00-00-00Z-one')
  const places = placesIn(join(room(owner), 'work'))
  const newcomer = { run: 'one', mark: 'mark-of-one', now: started, endsFormer: true, evidence: root }
  ;(await moveIn({ places, decision: { kind: 'make' } }, newcomer))[Symbol.dispose]()
  const seconds = Object.fromEntries(
    ['clone', 'install', 'bootstrap', 'bundle', 'ready', 'structural', 'stage', 'full', 'verify', 'down'].map(
      name => [name, 1],
    ),
  )
  const options = {
    ...{ restartTimeout: 1, restartRetries: 0, heartbeatTimeout: 0, pm2Kill: false, skipBootstrap: false },
    ...{ portKill: true, captureDebugTools: false },
  }
  const setting = {
    ...{ version: 1, run: 'one', mark: 'mark-of-one', evidence, phases, seconds, options },
    ...{ source: 'https://me:hunter2@host/a.git', guarded: { checkouts: [], places: [] } },
    steps: [{ name: 'workspace', describe: '', outcome: 'passed', ms: 1, at: 1 }],
    ...{ agent: { kind: 'none' }, ports: { lowest: 1, highest: 2 } },
    ...differs(root),
  }
  write(places.setting, JSON.stringify(setting))
  write(places.environmentFile, 'PIP_INDEX_URL=https://me:sesame@host/simple\n')
  mkdirSync(setting.evidence, { recursive: true })
  write(join(evidence, 'events.ndjson'), events.map(event => `${JSON.stringify(event)}\n`).join(''))
  write(join(places.clone, '.artifacts/logs/api.log'), 'from https://me:sesame@host and hunter2')
  const file = (name: string) => join(setting.evidence, name)
  return { ...{ places, root, newcomer, file }, read: (name: string) => readFileSync(file(name), 'utf8') }
}

const told = {
  version: 1,
  run: 'one',
  outcome: 'killed',
  failed: { phase: 'up', reason: 'it was at work when the run was cut off' },
}

t.test('whoever comes next tells of a run that was killed, without its secrets', async t => {
  const cleaned = await killedRun(t)
  t.equal(await cleanUp(cleaned.places, cleaned.root), true)
  const source = 'https://***@host/a.git'
  t.match(JSON.parse(cleaned.read('summary.json')), {
    ...{ ...told, kept: false, source, started_at: started.toISOString() },
  })
  t.equal(cleaned.read('services/api.log'), 'from https://me:******@host and *******')
  t.notOk(existsSync(cleaned.places.workspace))

  const kept = await killedRun(t)
  await leave(kept.places, kept.root)
  t.match(JSON.parse(kept.read('summary.json')), { ...told, kept: true })

  const reused = await killedRun(t)
  const second = { ...reused.newcomer, run: 'two', mark: 'mark-of-two' }
  ;(await moveIn({ places: reused.places, decision: { kind: 'reuse' } }, second))[Symbol.dispose]()
  t.match(JSON.parse(reused.read('summary.json')), { ...told, kept: true })
  t.match(reused.read('report.html'), /: killed<\/h1>/)
})

t.test('what the workspace says of another place or another run is not believed', async t => {
  const elsewhere = room(t)
  const table: [what: string, differs: (root: string) => Partial<Setting>][] = [
    ['evidence that lies elsewhere', () => ({ evidence: join(elsewhere, 'x-one') })],
    ['evidence of another run', root => ({ evidence: join(root, 'x-two') })],
    ['another run than its marker', root => ({ run: 'two', evidence: join(root, 'x-two') })],
  ]
  for (const [what, differs] of table) {
    const run = await killedRun(t, differs)
    t.equal(await cleanUp(run.places, run.root), true, what)
    t.notOk(existsSync(run.file('summary.json')), what)
  }
  const over = await killedRun(t)
  write(over.file('summary.json'), 'as it was')
  await cleanUp(over.places, over.root)
  t.equal(over.read('summary.json'), 'as it was', 'one that is over was told of')
  const garbled = await killedRun(t)
  write(garbled.places.setting, '{')
  t.equal(await cleanUp(garbled.places, garbled.root), true)
  t.notOk(existsSync(garbled.file('summary.json')))
})

t.test('nobody is held up by what was put in the place of a file of the workspace', async t => {
  const table: [file: string, isTold: boolean][] = [
    ['run.json', false],
    ['sandbox.env', true],
    ['codex-home/variables.json', true],
    ['clone/.git/HEAD', true],
    ['clone/.artifacts/secrets/admin-token', true],
  ]
  for (const [file, isTold] of table) {
    const run = await killedRun(t)
    const path = join(run.places.workspace, file)
    write(path)
    rmSync(path)
    execFileSync('mkfifo', [path])
    t.equal(await cleanUp(run.places, run.root), true, file)
    t.equal(existsSync(run.file('summary.json')), isTold, file)
    t.equal(
      existsSync(run.file('services/api.log')),
      isTold && file !== 'sandbox.env',
      'what is secret is known',
    )
    if (file === 'sandbox.env')
      t.match(run.read('report.html'), /evidence.*[\s\S]*sandbox\.env could not be read/)
  }
})

t.test('what the harness itself has failed with is told without secrets', async t => {
  const { places, file, read } = await killedRun(t)
  const failed = { name: 'workspace', describe: '', outcome: 'failed', ms: 1, at: 1 } as const
  await conclude({
    ...{ run: 'one', places, evidence: file(''), source: '/a', revision: undefined, kept: false, agent: '' },
    ...{ started, ended: started, stopped: undefined, findings: [], secrets: ['hunter2'], log: () => {} },
    before: [{ ...failed, reason: 'git said hunter2' }],
  })
  for (const name of ['summary.json', 'junit.xml', 'report.html']) t.match(read(name), /git said \*{7}/, name)
})

t.test('where what is secret was taken away, so are the logs that may have it', async t => {
  const run = await killedRun(t)
  rmSync(run.places.environmentFile)
  t.equal(await cleanUp(run.places, run.root), true)
  t.match(JSON.parse(run.read('summary.json')), { findings: [{ reason: /sandbox\.env could not be read/ }] })
  t.notOk(existsSync(run.file('services/api.log')))
})

t.test('of a run that was killed before anything was known of it no empty evidence stays', async t => {
  const { places, root, newcomer } = await killedRun(t)
  const [empty, other] = [join(root, '2026-01-02T00-00-00Z-two'), join(root, '2026-01-02T00-00-00Z-three')]
  for (const directory of [empty, other]) mkdirSync(directory)
  const second = { ...newcomer, run: 'two', mark: 'mark-of-two' }
  // What stands in the workspace is of the run before it.
  ;(await moveIn({ places, decision: { kind: 'reuse' } }, second))[Symbol.dispose]()
  t.equal(await cleanUp(places, root), true)
  t.notOk(existsSync(empty))
  t.ok(existsSync(other), 'which is none of its')
})
