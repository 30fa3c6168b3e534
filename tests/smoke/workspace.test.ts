import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { tryToLock } from '../../lib/lock.ts'
import { identify, identifySelf, isAlive } from '../../lib/processes/identity.ts'
import { scopeVariable } from '../../lib/processes/process-scope.ts'
import { afterKeeper, afterKeepers } from '../../smoke/workspace/after-keeper.ts'
import { cleanUp, leave, staleWorkspaces } from '../../smoke/workspace/clean-up.ts'
import { look } from '../../smoke/workspace/look.ts'
import { readMarker, writeMarker } from '../../smoke/workspace/marker.ts'
import { moveIn } from '../../smoke/workspace/move-in.ts'
import { placesIn, prefix } from '../../smoke/workspace/places.ts'
import { removeWorkspace } from '../../smoke/workspace/remove.ts'
import { workspacesToClean } from '../../smoke/workspace/to-clean.ts'
import { until } from '../until.ts'
import { type Owner, room, write } from './room.ts'

const nobody = 65_534
const nowhere = '/nonexistent/evidence'
const newcomer = {
  ...{ run: 'one', mark: 'mark-of-one', now: new Date(0), endsFormer: true, evidence: nowhere },
}

const waiting = { signal: AbortSignal.timeout(250_000), log: () => {} }

/** A workspace that a run was in, as a kill or --keep-workspace leaves it. */
async function left(directory: string, name: string, mark = 'mark-of-nobody', keep = false) {
  const places = placesIn(join(directory, name))
  using _ = await moveIn({ places, decision: { kind: 'make' } }, { ...newcomer, mark, keep })
  write(join(places.clone, 'file'))
  return places
}

/** A process that bears a mark, as those of a run do. */
async function bearer(owner: Owner, mark: string): Promise<ChildProcess> {
  const child = spawn('sleep', ['600'], { env: { [scopeVariable]: `outer:${mark}` }, stdio: 'ignore' })
  owner.teardown(() => child.kill('SIGKILL'))
  await once(child, 'spawn')
  return child
}

t.test('who moves in marks the place for its owner alone, and nobody else can meanwhile', async t => {
  const places = placesIn(join(room(t), 'work'))
  t.same(look(places), { kind: 'absent' })
  const lock = await moveIn({ places, decision: { kind: 'make' } }, newcomer)
  t.equal(statSync(places.workspace).mode & 0o777, 0o700)
  t.match(readMarker(places), { version: 1, run: 'one', marks: ['mark-of-one'] })
  t.ok(existsSync(places.temporary))
  // A lock keeps out other processes; this one asks through a child.
  t.equal(await lookedFromOutside(places.workspace), 'in_use')
  lock[Symbol.dispose]()
  t.equal(await lookedFromOutside(places.workspace), 'marked')
})

async function lookedFromOutside(workspace: string): Promise<string> {
  const module = (name: string) =>
    JSON.stringify(resolve(import.meta.dirname, `../../smoke/workspace/${name}.ts`))
  const script = `import { look } from ${module('look')}; import { placesIn } from ${module('places')}
    process.stdout.write(look(placesIn(${JSON.stringify(workspace)})).kind)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.on('data', data => (said += data))
  await once(child, 'close')
  return said
}

t.test('what is there is told apart', async t => {
  const directory = room(t)
  const kindOf = (name: string) => look(placesIn(join(directory, name))).kind
  mkdirSync(join(directory, 'empty'))
  write(join(directory, 'foreign', 'file'))
  write(join(directory, 'file'))
  write(join(directory, 'damaged', '.debug-server-smoke.json'), '{"version":')
  symlinkSync(join(directory, 'foreign'), join(directory, 'link'))
  await left(directory, 'marked')
  const kinds = ['nothing', 'empty', 'foreign', 'file', 'damaged', 'link', 'marked'].map(kindOf)
  t.same(kinds, ['absent', 'empty', 'foreign', 'no_directory', 'foreign', 'no_directory', 'marked'])
})

t.test(
  'stale are those that nobody is at work in, with what is left of their runs, and no others',
  async t => {
    const directory = room(t)
    const dead = await left(directory, `${prefix}dead`, 'mark-of-dead')
    const kept = await left(directory, `${prefix}kept`, 'mark-of-kept', true)
    write(join(kept.codexHome, 'auth.json'))
    const spared = await left(directory, `${prefix}spared`)
    const live = await left(directory, `${prefix}live`)
    await left(directory, 'of-another-name')
    write(join(directory, `${prefix}foreign`, 'file'))
    mkdirSync(join(directory, `${prefix}new`))
    mkdirSync(join(directory, `${prefix}old`))
    utimesSync(join(directory, `${prefix}old`), 0, 0)
    const holder = holdLock(t, live.lock)
    await holder.held
    const leftover = await bearer(t, 'mark-of-dead')
    const stranger = await bearer(t, 'mark-of-somebody')

    const looking = { spared: spared.workspace, now: Date.now() }
    const stale = staleWorkspaces(directory, { ...looking, kept: false })
    const old = join(directory, `${prefix}old`)
    t.same(stale.map(({ workspace }) => workspace).sort(), [dead.workspace, old])
    const named = workspacesToClean(undefined, { cwd: directory, temporary: directory }, Date.now())
    t.ok(
      named.some(({ workspace }) => workspace === kept.workspace),
      'one that was kept goes where that is asked for',
    )
    for (const places of stale) t.equal(await cleanUp(places, nowhere), true)
    t.notOk(existsSync(dead.workspace))
    t.ok(existsSync(kept.clone))
    t.ok(existsSync(live.clone))
    t.ok(existsSync(spared.clone))
    await until('what the run has left is gone', () => leftover.exitCode ?? leftover.signalCode)
    const whose = staleWorkspaces(directory, { ...looking, kept: true })
    t.same(
      whose.map(({ workspace }) => workspace),
      [kept.workspace],
    )
    const ofKept = await bearer(t, 'mark-of-kept')
    await leave(kept, nowhere)
    t.equal(ofKept.signalCode, null)
    await leave(kept, nowhere, { ends: true })
    await until(
      'what is left running of a run that was kept is gone',
      () => ofKept.exitCode ?? ofKept.signalCode,
    )
    t.notOk(existsSync(kept.codexHome))
    await leave(dead, nowhere)
    t.notOk(existsSync(dead.workspace), 'one that was removed meanwhile is not made anew')
    t.ok(existsSync(kept.clone))
    t.equal(stranger.signalCode, null, 'who bears another mark is none of its business')
    t.equal(await cleanUp(live, nowhere), false, 'not one that has become live')
    t.equal(await cleanUp(placesIn(join(directory, `${prefix}foreign`)), nowhere), false)
  },
)

/** Another process that holds a lock until the test ends. */
function holdLock(owner: Owner, path: string) {
  const module = JSON.stringify(resolve(import.meta.dirname, '../../lib/lock.ts'))
  const script = `import { tryToLock } from ${module}
    globalThis.lock = tryToLock(${JSON.stringify(path)}); process.stdout.write('held'); setInterval(() => {}, 1e6)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  owner.teardown(() => child.kill('SIGKILL'))
  return { held: once(child.stdout, 'data') }
}

t.test('--cleanup-only removes what it is told to, and nothing that the harness has not made', async t => {
  const directory = room(t)
  const surroundings = { cwd: directory, temporary: directory }
  const clean = (name: string) => workspacesToClean(name, surroundings, Date.now()).map(one => one.workspace)
  const named = await left(directory, 'named')
  write(join(directory, 'mine', 'file'))
  t.same(clean('named'), [named.workspace], 'whatever it is called')
  t.same(clean('nothing'), [])
  t.throws(() => clean('mine'), {
    name: 'UserError',
    message: /no workspace of this harness/,
    fix: /nothing was removed/,
  })
  await holdLock(t, named.lock).held
  t.throws(() => clean('named'), { message: /a smoke is at work/ })
})

t.test('a place that somebody fills meanwhile stays theirs', async t => {
  const places = placesIn(join(room(t), 'work'))
  write(join(places.workspace, 'theirs'))
  await t.rejects(moveIn({ places, decision: { kind: 'make' } }, newcomer), {
    message: /has put theirs into/,
  })
  t.same(readdirSync(places.workspace).includes('theirs'), true)
  t.equal(readMarker(places), undefined)
})

t.test('what an earlier run has left running here is ended, or left where that was asked for', async t => {
  const directory = room(t)
  const places = await left(directory, 'work', 'former')
  const leftover = await bearer(t, 'former')
  const identity = identify(leftover.pid ?? 0)
  ;(await moveIn({ places, decision: { kind: 'reuse' } }, { ...newcomer, endsFormer: false }))[
    Symbol.dispose
  ]()
  t.ok(identity !== undefined && isAlive(identity))
  t.same(readMarker(places)?.marks, ['former', 'mark-of-one'], 'still known, for whoever comes next')
  ;(await moveIn({ places, decision: { kind: 'reuse' } }, newcomer))[Symbol.dispose]()
  await until('it is gone', () => leftover.exitCode ?? leftover.signalCode)
  t.ok(existsSync(join(places.clone, 'file')), 'what is reused stays')
})

t.test('a directory that the system does not remove is left empty, and told', async t => {
  const above = room(t)
  const places = await left(above, 'work')
  const isRoot = process.geteuid?.() === 0
  if (isRoot) {
    for (const name of readdirSync(places.workspace, { recursive: true }).map(String))
      chownSync(join(places.workspace, name), nobody, nobody)
    chownSync(places.workspace, nobody, nobody)
  }
  chmodSync(above, 0o555)
  t.teardown(() => chmodSync(above, 0o755))
  if (isRoot) process.seteuid?.(nobody)
  const told = await removeWorkspace(places).finally(() => isRoot && process.seteuid?.(0))
  t.match(told, /work stays, and is empty: the system does not remove it \(EACCES\)/)
  t.same(readdirSync(places.workspace), [])
})

t.test('where the system lets nobody have a workspace, that is told, with what it said', async t => {
  const file = join(room(t), 'file')
  write(file)
  const below = placesIn(join(file, 'work'))
  t.throws(() => look(below), { name: 'UserError', message: /no workspace can be at .*: ENOTDIR/ })
  const odd = placesIn(join(room(t), 'odd'))
  mkdirSync(odd.lock, { recursive: true })
  t.throws(
    () => look(odd),
    { name: 'UserError', message: /no workspace can be at .*odd: / },
    'nor looked into',
  )
  await t.rejects(moveIn({ places: placesIn('/proc/work'), decision: { kind: 'make' } }, newcomer), {
    name: 'UserError',
    message: /no workspace can be at \/proc\/work: ENOENT/,
    fix: /name another/,
  })
})

t.test('what a kill leaves of a removal is still known for a workspace', async t => {
  const places = placesIn(join(room(t), `${prefix}half`))
  mkdirSync(places.workspace)
  await writeMarker(places, {
    version: 1,
    run: 'one',
    created_at: new Date(0).toISOString(),
    marks: [],
    groups: [],
  })
  t.equal(look(places).kind, 'marked')
  using lock = tryToLock(places.lock)
  t.ok(lock)
})

t.test('where the harness is killed, its keeper ends its processes and moves out', async t => {
  const directory = room(t)
  for (const keep of [false, true]) {
    const places = placesIn(join(directory, keep ? 'kept' : 'removed'))
    const mark = `mark-${keep}`
    const module = (name: string) =>
      JSON.stringify(resolve(import.meta.dirname, `../../smoke/workspace/${name}.ts`))
    const script = `
      import { startKeeper } from ${module('keeper')}; import { moveIn } from ${module('move-in')}
      import { placesIn } from ${module('places')}
      const places = placesIn(${JSON.stringify(places.workspace)})
      const keeper = startKeeper(places.workspace, { run: 'ours', mark: ${JSON.stringify(mark)}, keep: ${keep}, evidence: '/nonexistent' })
      globalThis.lock = await moveIn({ places, decision: { kind: 'make' } },
        { run: 'one', mark: ${JSON.stringify(mark)}, keeper: keeper.pid, now: new Date(), endsFormer: true, evidence: '/nonexistent' })
      process.stdout.write('in'); setInterval(() => {}, 1e6)`
    const harness = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    t.teardown(() => harness.kill('SIGKILL'))
    await once(harness.stdout, 'data')
    const member = await bearer(t, mark)
    await afterKeeper(places, { ...waiting, log: () => t.fail('nobody waits for one that is at work') })
    harness.kill('SIGKILL')
    await once(harness, 'exit')
    const told: string[] = []
    await afterKeeper(places, { ...waiting, log: line => told.push(line) })
    t.match(told, ['waiting until what is left of run one, which was killed, is cleared away'])
    await until('its processes are gone', () => member.exitCode ?? member.signalCode)
    t.equal(look(places).kind, keep ? 'marked' : 'absent')
    t.equal(existsSync(places.home), keep)
  }
})

t.test('a keeper is not waited for without end, and nobody moves in where it has removed all', async t => {
  const places = await left(room(t), 'work')
  const marker = readMarker(places)
  if (marker === undefined) throw new Error('it has a marker')
  const gone = { pid: process.pid, startTime: 'another' }
  await writeMarker(places, { ...marker, harness: gone, keeper: identifySelf() })
  await t.rejects(afterKeeper(places, { ...waiting, limitMs: 0 }), {
    message: /what is left of run one, which was killed, is still being cleared away in .*work/,
    fix: /--cleanup-only --workspace/,
  })
  const told: string[] = []
  await afterKeepers([places], { ...waiting, limitMs: 0, log: line => told.push(line) })
  t.match(told.at(-1), /is still being cleared away/, 'who cleans up is told, and goes on')
  await writeMarker(places, { ...marker, harness: gone, keeper: gone })
  await afterKeeper(places, { ...waiting, log: () => t.fail('nobody is left to wait for') })
  await cleanUp(places, nowhere)
  await t.rejects(moveIn({ places, decision: { kind: 'reuse' } }, newcomer), {
    message: /has been removed just now/,
  })
  t.notOk(existsSync(places.workspace))
})

t.test('a keeper whose run could not move in leaves that of another run alone', async t => {
  const places = await left(room(t), 'theirs', 'mark-of-theirs')
  const theirs = await bearer(t, 'mark-of-theirs')
  const ours = await bearer(t, 'mark-of-ours')
  const keeper = resolve(import.meta.dirname, '../../smoke/workspace/keeper-main.ts')
  const child = spawn(process.execPath, [
    keeper,
    'own',
    places.workspace,
    'ours',
    'mark-of-ours',
    'remove',
    nowhere,
  ])
  t.same(await once(child, 'exit'), [0, null])
  await until('those of its own run are gone', () => ours.exitCode ?? ours.signalCode)
  t.equal(theirs.signalCode, null)
  t.ok(existsSync(join(places.clone, 'file')))
})

t.test('what took the place of a workspace meanwhile is removed only by who was told to', async t => {
  const places = placesIn(join(room(t), 'work'))
  write(join(places.workspace, 'theirs'))
  await t.rejects(moveIn({ places, decision: { kind: 'replace', foreign: false } }, newcomer), {
    message: /has put theirs into/,
  })
  ;(await moveIn({ places, decision: { kind: 'replace', foreign: true } }, newcomer))[Symbol.dispose]()
  t.notOk(existsSync(join(places.workspace, 'theirs')))
})

t.test('who looks at a place for a moment keeps nobody from moving in', async t => {
  const places = placesIn(join(room(t), 'work'))
  mkdirSync(places.workspace)
  const module = JSON.stringify(resolve(import.meta.dirname, '../../lib/lock.ts'))
  const script = `import { tryToLock } from ${module}
    globalThis.lock = tryToLock(${JSON.stringify(places.lock)}); process.stdout.write('held')
    setTimeout(() => process.exit(), 150)`
  const looker = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => looker.kill('SIGKILL'))
  await once(looker.stdout, 'data')
  using lock = await moveIn({ places, decision: { kind: 'take' } }, newcomer)
  t.ok(lock)
})
