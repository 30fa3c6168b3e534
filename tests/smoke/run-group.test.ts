import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { namesOfGroups } from '../../lib/cgroups/group-directory.ts'
import { ownPlaces } from '../../lib/cgroups/own-places.ts'
import { identify, isAlive, type ProcessIdentity } from '../../lib/processes/identity.ts'
import { scopeVariable } from '../../lib/processes/process-scope.ts'
import { membersOf } from '../../smoke/sandbox/members.ts'
import {
  endGroup,
  endGroupsOf,
  joining,
  makeRunGroup,
  membersOfGroup,
} from '../../smoke/sandbox/run-group.ts'
import { cleanUp } from '../../smoke/workspace/clean-up.ts'
import { moveIn } from '../../smoke/workspace/move-in.ts'
import { placesIn } from '../../smoke/workspace/places.ts'
import { until } from '../until.ts'
import { room, write } from './room.ts'
import { lackOfRunGroups } from './run-groups.ts'

const runGroup = resolve(import.meta.dirname, '../../smoke/sandbox/run-group.ts')

const skip = await lackOfRunGroups()

let runs = 0
async function groupFor(t: Pick<Test, 'teardown'>): Promise<string> {
  const run = (process.pid * 100 + runs++).toString(16).padStart(8, '0')
  const made = await makeRunGroup(run)
  if (made.kind === 'none') throw new Error(made.reason)
  t.teardown(() => endGroup(made.directory))
  return made.directory
}

/** Starts in the group what nothing else tells to be of it: without environment, in a session of its own, its parent gone. */
async function escaped(directory: string): Promise<ProcessIdentity> {
  const line = '(env -i setsid sh -c "trap : TERM; echo \\$\\$; while :; do sleep 600; done" &)'
  const [file, ...words] = joining(directory, ['sh', '-c', line])
  const child = spawn(file, words, {
    env: { PATH: process.env.PATH, [scopeVariable]: 'a-run' },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [exited, [pid]] = await Promise.all([once(child, 'exit'), once(child.stdout, 'data')])
  if (exited[0] !== 0) throw new Error(`it could not join: ${exited}`)
  const identity = identify(Number(pid))
  if (identity === undefined) throw new Error('it is gone already')
  return identity
}

/** A program that makes the group of a run, and prints what came of it. */
const makes = [
  ...[process.execPath, '--input-type=module', '-e'],
  `import { makeRunGroup } from ${JSON.stringify(runGroup)}
    process.stdout.write(JSON.stringify(await makeRunGroup('fedcba98')))`,
]

async function printed(file: string, words: readonly string[]) {
  const { stdout } = await promisify(execFile)(file, words)
  return JSON.parse(stdout)
}

/** What comes of it for one that is in a group itself. */
function makeWithin(directory: string) {
  const [file, ...words] = joining(directory, makes)
  return printed(file, words)
}

t.test('who has escaped all else is known by the group, and killed with it', { skip }, async t => {
  const directory = await groupFor(t)
  t.same(membersOfGroup(directory), [])
  const daemon = await escaped(directory)
  t.same(membersOf({ mark: 'a-run' }), [], 'its mark tells nothing')
  const found = membersOf({ mark: 'a-run', group: directory }).map(({ pid }) => pid)
  t.ok(found.includes(daemon.pid))
  t.ok(await endGroup(directory))
  t.notOk(isAlive(daemon))
  t.notOk(existsSync(directory))
  t.ok(await endGroup(directory), 'which was done already')
  t.same(membersOfGroup(directory), [])
})

t.test('who knows the name of a run alone ends its group, too', { skip }, async t => {
  const directory = await groupFor(t)
  const daemon = await escaped(directory)
  await endGroupsOf(directory.slice(-8))
  t.notOk(isAlive(daemon))
  t.notOk(existsSync(directory))
})

t.test('a run within a run has a group within that of the other, and ends with it', { skip }, async t => {
  const directory = await groupFor(t)
  const inner = await makeWithin(directory)
  t.match(inner, { kind: 'group' })
  t.ok(inner.directory.startsWith(`${directory}/`), inner.directory)
  const daemon = await escaped(inner.directory)
  t.ok(membersOfGroup(directory).some(({ pid }) => pid === daemon.pid))
  t.ok(await endGroup(directory))
  t.notOk(isAlive(daemon))
  t.notOk(existsSync(inner.directory))
})

const limiting = ownPlaces().some(({ place, fault }) => place.version === 2 && fault === undefined)
t.test(
  'where nobody can join one, what the system said is told, and none is left',
  { skip: skip || (limiting && 'here it would be made beside that') },
  async t => {
    const directory = await groupFor(t)
    const outer = join(directory, 'run')
    // Beside a group of threads the others in a group can be made, and joined by nobody.
    mkdirSync(join(outer, 'threads'))
    writeFileSync(join(outer, 'threads', 'cgroup.type'), 'threaded')
    const made = await makeWithin(directory)
    t.match(made, { kind: 'none', reason: /^none can be used at .*-fedcba98 \(sh: .*error/ })
    t.same(namesOfGroups(outer), ['threads'])
  },
)

t.test('what is no group of a run is left alone, whatever a workspace says', { skip }, async t => {
  const top = room(t)
  const stranger = spawn('sleep', ['600'], { stdio: 'ignore' })
  t.teardown(() => stranger.kill('SIGKILL'))
  const fake = join(top, 'debug-server-smoke-01234567')
  write(join(fake, 'cgroup.procs'), `${stranger.pid}\n`)
  mkdirSync(join(fake, 'run'))
  t.ok(await endGroup(fake))
  t.ok(existsSync(join(fake, 'run')))
  const directory = await groupFor(t)
  const link = join(top, 'debug-server-smoke-89abcdef')
  symlinkSync(directory, link)
  t.ok(await endGroup(link))
  t.ok(existsSync(directory))
  t.ok(await endGroup(join(directory, '..')))
  t.same(membersOfGroup(fake), [])
  t.equal(stranger.exitCode ?? stranger.signalCode, null)
})

t.test('who cleans up after a run that was killed ends its group', { skip }, async t => {
  const top = room(t)
  const places = placesIn(join(top, 'work'))
  const group = await groupFor(t)
  const newcomer = { mark: 'of-one', now: new Date(0), endsFormer: true, evidence: '/nonexistent' }
  const lock = await moveIn(
    { places, decision: { kind: 'make' } },
    { ...newcomer, run: group.slice(-8), group },
  )
  lock[Symbol.dispose]()
  const daemon = await escaped(group)
  t.ok(await cleanUp(places, '/nonexistent'))
  await until('it is gone', () => !isAlive(daemon))
  t.notOk(existsSync(group))
})

const unshared = promisify(execFile)('unshare', ['--mount', 'true']).then(
  () => false,
  () => 'mounts cannot be taken away here',
)
t.test('where there are none, the reason is told', { skip: await unshared }, async t => {
  const unmount = 'umount -R -l /sys/fs/cgroup; exec "$@"'
  const made = await printed('unshare', ['--mount', 'sh', '-c', unmount, 'sh', ...makes])
  t.same(made, { kind: 'none', reason: 'this system has no control groups of version 2' })
})
