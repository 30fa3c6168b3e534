import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { directoriesOf } from '../../../../../lib/cgroups/cgroup-places.ts'
import { groupsIn, removeBase } from '../../../../../lib/cgroups/group-base.ts'
import { isAlive } from '../../../../../lib/processes/identity.ts'
import { CommandGroup } from '../../../../../services/runner/limits/cgroups/command-group.ts'
import { mostTasks } from '../../../../../services/runner/limits/cgroups/dialect.ts'
import { findCgroups } from '../../../../../services/runner/limits/cgroups/find-cgroups.ts'
import { dataFiles } from '../../../../../services/store/files.ts'
import { until } from '../../../../until.ts'

t.setTimeout(240_000)

const dataIn = (t: Pick<Test, 'teardown'>) => {
  const root = mkdtempSync(join(tmpdir(), 'cgroups-'))
  t.teardown(() => rmSync(root, { recursive: true }))
  return dataFiles(root)
}
const noLimits = { memory: null, processes: null }
const cgroups = await findCgroups('auto', dataIn(t))
t.teardown(() => {
  if (cgroups.kind === 'cgroup') removeBase(cgroups.base)
})
const skip = cgroups.kind === 'none' ? cgroups.reason : false

/** A line of shell, in a group. */
function runIn(t: Test, group: CommandGroup, line: string): ChildProcess {
  const join = 'while [ $# -gt 1 ]; do echo 0 >"$1" || exit 1; shift; done; exec sh -c "$1"'
  const child = spawn('/bin/sh', ['-c', join, 'sh', ...group.joining, line], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  return child
}

/** A group for a test, in a place where it can be. */
function groupFor(t: Test): CommandGroup {
  if (cgroups.kind === 'none') throw new Error(cgroups.reason)
  const { base } = cgroups
  const group = new CommandGroup(base, `test-${process.pid}`)
  t.teardown(async () => {
    await group.kill(() => true)
    await group.remove()
  })
  return group
}

t.test('where there are groups is proven, written down, and of these data alone', { skip }, async t => {
  const files = dataIn(t)
  const [first, again, other] = [
    await findCgroups('auto', files),
    await findCgroups('auto', files),
    await findCgroups('auto', dataIn(t)),
  ]
  t.match(first, { kind: 'cgroup' })
  t.same(again, first)
  t.ok(existsSync(files.cgroups))
  t.match(other, { kind: 'cgroup' })
  if (first.kind === 'none' || other.kind === 'none') return
  t.same(other.above, first.above)
  t.not(other.base.memory, first.base.memory)
  for (const { base } of [first, other]) {
    t.same(groupsIn(base), [], 'nothing is left of the trial')
    removeBase(base)
    for (const directory of directoriesOf(base)) t.notOk(existsSync(directory))
  }
  t.match(await findCgroups('none', files), { kind: 'none', reason: 'they are switched off' })
})

t.test('what forks without end is refused at the wall, and killed as a whole', { skip }, async t => {
  const group = groupFor(t)
  group.make({ memory: null, processes: 1 })
  group.make({ memory: null, processes: 1 }) // as a successor does
  t.same(group.members(), [])
  const most = mostTasks(1)
  // Ignores what it is asked; its own safety: no more than twice that many.
  const child = runIn(
    t,
    group,
    `trap "" TERM HUP; i=0; while [ $i -lt ${most * 2} ]; do i=$((i+1)); sleep 300 & done 2>/dev/null; sleep 300`,
  )
  const exited = once(child, 'exit')
  await until('it to be refused one', () => group.read().taskRefused)
  const members = group.members()
  t.ok(members.length <= most, String(members.length))
  t.same(await group.kill(() => false), { ended: 0, killed: 0, remaining: [] }, 'nobody who may not')
  t.match(await group.kill(() => true), { remaining: [] })
  await exited
  t.same(members.filter(isAlive), [])
  t.same(group.members(), [])
  t.ok(await group.remove())
  t.ok(await group.remove(), 'which was done already')
  t.match(group.read(), { memory: undefined, cpu: undefined, taskRefused: false })
})

t.test('groups that its processes have made in it go with it, and who is in those', { skip }, async t => {
  const group = groupFor(t)
  group.make(noLimits)
  const own = group.joining.map(dirname)
  t.teardown(() => {
    for (const inner of own.flatMap(directory => [join(directory, 'a', 'b'), join(directory, 'a')]))
      if (existsSync(inner)) rmdirSync(inner)
  })
  const enter = 'mkdir -p $d/a/b || exit; echo 0 >$d/a/b/cgroup.procs'
  const child = runIn(
    t,
    group,
    `trap "" TERM; for d in ${own.join(' ')}; do ${enter}; done; echo up; exec sleep 300`,
  )
  if (child.stdout === null) throw new Error('no output')
  const exited = once(child, 'exit')
  await once(child.stdout, 'data')
  t.same(
    group.members().map(({ pid }) => pid),
    [child.pid],
  )
  t.match(await group.kill(() => true), { killed: 1, remaining: [] })
  await exited
  t.ok(await group.remove())
  for (const directory of own) t.notOk(existsSync(directory))
})

t.test('a group says what was used in it, also by who has ended', { skip }, async t => {
  const group = groupFor(t)
  group.make({ memory: 2 ** 30, processes: null })
  const hold = `python3 -c 'taken = b"x" * (64 << 20)'`
  const child = runIn(t, group, `${hold} & i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; wait`)
  await once(child, 'exit')
  const { memory, cpu, memoryRefused, taskRefused } = group.read()
  t.ok(Number(memory) > 64 << 20 && Number(memory) <= 2 ** 30, String(memory))
  t.ok(Number(cpu?.user) > 0.02, JSON.stringify(cpu))
  t.same([memoryRefused, taskRefused], [false, false])
  if (cgroups.kind === 'cgroup') t.same(groupsIn(cgroups.base), [`test-${process.pid}`])
})

/** A version 2 without controllers, which many systems have beside version 1. */
const unified = '/sys/fs/cgroup/unified'
const noUnified = !existsSync(join(unified, 'cgroup.procs')) && 'there is no version 2 beside version 1'

t.test('version 2 kills a group at once, and tells its time', { skip: skip || noUnified }, async t => {
  const base = { version: 2, memory: unified, pids: unified, cpu: unified } as const
  const group = new CommandGroup(base, `debug-server-test-${process.pid}`)
  t.teardown(() => group.remove())
  group.make(noLimits)
  const child = runIn(
    t,
    group,
    `trap "" TERM; i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; setsid sleep 300 & echo up; exec sleep 300`,
  )
  if (child.stdout === null) throw new Error('no output')
  const exited = once(child, 'exit')
  await once(child.stdout, 'data')
  const members = group.members()
  t.equal(members.length, 2)
  t.notOk(await group.remove(), 'somebody is in it')
  t.match(await group.kill(() => true), { remaining: [] })
  await exited
  t.same(members.filter(isAlive), [])
  t.ok(Number(group.read().cpu?.user) > 0.02)
  t.ok(await group.remove())
})
