import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import t from 'tap'
import { directoriesOf } from '../../../../../lib/cgroups/cgroup-places.ts'
import { groupsIn } from '../../../../../lib/cgroups/group-base.ts'
import { identify, isAlive } from '../../../../../lib/processes/identity.ts'
import { scopeVariable } from '../../../../../lib/processes/process-scope.ts'
import { environmentReader, processTable } from '../../../../../lib/processes/process-table.ts'
import { noLimits } from '../../../../../services/contract/command-limits.ts'
import type { CommandId } from '../../../../../services/contract/ids.ts'
import { CommandGroup } from '../../../../../services/runner/limits/cgroups/command-group.ts'
import { mostTasks } from '../../../../../services/runner/limits/cgroups/dialect.ts'
import { findCgroups } from '../../../../../services/runner/limits/cgroups/find-cgroups.ts'
import { nameOfAttempt } from '../../../../../services/runner/limits/cgroups/group-names.ts'
import { readyGroup } from '../../../../../services/runner/limits/cgroups/group-of.ts'
import { findSandbox } from '../../../../../services/runner/sandbox/sandbox.ts'
import { getCommand } from '../../../../../services/store/commands.ts'
import { dataFiles } from '../../../../../services/store/files.ts'
import { toCommand } from '../../../../../services/store/rows.ts'
import { until } from '../../../../until.ts'
import { removeGroups } from '../../remove-groups.ts'
import { type RunnerRig, runnerRig } from '../../rig.ts'
import { killRunner, spawnRunner } from '../../spawn-runner.ts'

/** Commands in control groups, through the runner. */

t.setTimeout(260_000)
process.env.TEST_CGROUPS = '1'

// Before any test: where all are skipped, none would come after this any more.
const sandbox = await findSandbox('auto', process.env.PATH ?? '')
const noSandbox = sandbox.kind === 'none' && sandbox.reason

const megabyte = 2 ** 20
const alive = (id: CommandId) => {
  const read = environmentReader()
  return processTable().entries.filter(({ pid, zombie }) => !zombie && read(pid, scopeVariable)?.includes(id))
}
/** Where a rig's commands have their groups. */
async function cgroupsOf({ files }: Pick<RunnerRig, 'files'>) {
  const found = await findCgroups('auto', files)
  if (found.kind === 'none') throw new Error(found.reason)
  return found
}

const root = mkdtempSync(join(tmpdir(), 'cgroups-'))
const found = await findCgroups('auto', dataFiles(root))
t.teardown(async () => {
  await removeGroups(dataFiles(root))
  rmSync(root, { recursive: true })
})
const skip = found.kind === 'none' ? found.reason : false

t.test('a command in a group', { skip }, async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())

  await t.test('has its memory kept by the kernel, and ends as a whole where it asks for more', async t => {
    const limits = { ...noLimits, memory: 100 * megabyte }
    const hog = `taken = b"x" * (800 << 20); print("had it")`
    const row = await rig.run(session, ['python3', '-c', hog], { limits })
    t.match(row, { status: 'failed', exit_code: 137, failure_json: /memory_limit.*104857600 bytes/ })
    t.equal(rig.stdout(row), '', 'it was stopped before it had that much')
    const { usage, limits: kept } = toCommand(row)
    t.equal(kept.enforcement, 'cgroup')
    t.ok(Number(usage?.peak_memory) > 50 * megabyte && Number(usage?.peak_memory) <= 100 * megabyte)

    const line = `trap "" TERM; python3 -c '${hog}'; echo later; sleep 300`
    const other = await rig.run(session, line, { limits })
    t.match(other, { status: 'failed', failure_json: /memory_limit/ })
    t.same(alive(other.id), [])
    const within = await rig.run(session, ['python3', '-c', `taken = b"x" * (40 << 20)`], { limits })
    t.match(within, { status: 'succeeded', failure_json: null })
  })

  await t.test(
    'has its processes counted as without groups, and forks no more than can be ended',
    async t => {
      // Its own safety: no more than 1500 of them.
      const line = 'trap "" TERM; i=0; while [ $i -lt 1500 ]; do i=$((i+1)); sleep 300 & echo; done; wait'
      const row = await rig.run(session, line, { limits: { ...noLimits, processes: 20 } })
      t.match(row, { status: 'failed', failure_json: /process_limit/ })
      t.same(alive(row.id), [])
      t.ok(rig.stdout(row).length <= mostTasks(20), 'it was refused any more')
      const threads = `import threading, time
for _ in range(40): threading.Thread(target=time.sleep, args=(1.2,)).start()`
      const many = await rig.run(session, ['python3', '-c', threads], {
        limits: { ...noLimits, processes: 20 },
      })
      t.match(many, { status: 'succeeded', failure_json: null }, 'threads are no processes')
    },
  )

  await t.test('takes with it what hides from everything else', async t => {
    const hidden = `env -i setsid sh -c 'trap "" TERM; echo $$ > pid; mv pid up; exec sleep 300'`
    t.match(await rig.run(session, `${hidden} & until [ -e up ]; do :; done`), { status: 'succeeded' })
    const left = identify(Number(readFileSync(join(rig.files.worktree(session.id), 'up'), 'utf8')))
    t.ok(left === undefined || !isAlive(left))
  })
})

t.test(
  'what a command used in a sandbox is known, and its limits hold',
  { skip: skip || noSandbox },
  async t => {
    const rig = await runnerRig(t, { sandbox: { mode: 'auto', own: [], visible: [], home: homedir() } })
    const session = await rig.session(await rig.repository())
    const spin = 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done'
    const row = await rig.run(session, `sh -c '${spin}' & ${spin}; wait`, {
      limits: { ...noLimits, processes: 2 },
    })
    t.match(row, { status: 'succeeded' }, 'what encloses it is not counted')
    const { usage } = toCommand(row)
    t.ok(Number(usage?.user_seconds) > 0.03, JSON.stringify(usage))
    t.ok(Number(usage?.system_seconds) >= 0 && Number(usage?.peak_memory) > 0)
    const hog = await rig.run(session, ['python3', '-c', `taken = b"x" * (800 << 20)`], {
      limits: { ...noLimits, memory: 100 * megabyte },
    })
    t.match(hog, { status: 'failed', failure_json: /memory_limit/ })
    t.same(alive(hog.id), [])
    const { base } = await cgroupsOf(rig)
    const seen = await rig.run(session, ['ls', ...directoriesOf(base)])
    t.notMatch(rig.stdout(seen), /cmd_|tasks/, 'it sees nobody’s group')
  },
)

t.test(
  'a killed runner’s groups are used by the next, which takes away those that are over',
  { skip },
  async t => {
    const rig = await runnerRig(t)
    const session = await rig.session(await rig.repository())
    const over = await rig.run(session, ['true'])
    t.ok(Number(toCommand(over).usage?.peak_memory) > 0, 'however quick it was')
    await rig.stop()
    const { base } = await cgroupsOf(rig)
    t.same(groupsIn(base), [], 'nothing is left at its end')
    const child = await spawnRunner(rig)
    t.teardown(() => killRunner(child))
    const spin = 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done'
    const id = await rig.queue(session, `sh -c '${spin}'; echo ready; until [ -e go ]; do sleep 0.1; done`, {
      limits: { ...noLimits, memory: 300 * megabyte },
    })
    await rig.printed(session.id, id, 'ready\n')
    await killRunner(child)
    // As it is where a runner is killed after it has recorded an end.
    const left = [nameOfAttempt(over), `trial.${process.pid}.before.abc`]
    for (const name of left) new CommandGroup(base, name).make(noLimits)
    t.same(groupsIn(base).sort(), [`${id}.1`, ...left].sort())
    await rig.start()
    await until('what is over to be taken away', () => groupsIn(base).length === 1)
    writeFileSync(join(rig.files.worktree(session.id), 'go'), '')
    const { usage, limits } = toCommand(await rig.ended(id))
    t.equal(limits.enforcement, 'cgroup')
    t.ok(Number(usage?.user_seconds) > 0.02 && Number(usage?.peak_memory) > 0, JSON.stringify(usage))
    await until('its group to be taken away', () => groupsIn(base).length === 0)
    for (const name of left) new CommandGroup(base, name).make(noLimits)
    await rig.stop()
    for (const directory of directoriesOf(base)) t.notOk(existsSync(directory), 'at its end nothing is left')
  },
)

t.test('a command that can have no group any more says that it is sampled', { skip }, async t => {
  const rig = await runnerRig(t, { cgroups: 'auto' })
  const session = await rig.session(await rig.repository())
  const id = await rig.queue(session, 'echo ready; until [ -e go ]; do sleep 0.1; done')
  await rig.printed(session.id, id, 'ready\n')
  const row = await getCommand(rig.store, id)
  if (row?.runner_token == null) throw new Error('it runs')
  const missing = '/nowhere/at/all'
  const place = { version: 1, memory: missing, pids: missing, cpu: missing } as const
  const context = {
    store: rig.store,
    cgroups: { kind: 'cgroup', above: place, base: place } as const,
    lease: { token: row.runner_token, held: () => true, require: () => undefined, doubt: () => undefined },
    log: pino({ level: 'silent' }),
  }
  t.equal(await readyGroup(context, row), undefined)
  t.match(await getCommand(rig.store, id), { enforcement: 'sampled' })
  writeFileSync(join(rig.files.worktree(session.id), 'go'), '')
  t.match(await rig.ended(id), { status: 'succeeded' })
})
