import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { scopeVariable } from '../../../lib/processes/process-scope.ts'
import { environmentReader, processTable } from '../../../lib/processes/process-table.ts'
import { noLimits } from '../../../services/contract/command-limits.ts'
import type { CommandId } from '../../../services/contract/ids.ts'
import { toCommand } from '../../../services/store/rows.ts'
import type { CommandRow } from '../../../services/store/schema.ts'
import { until } from '../../until.ts'
import { type RunnerRig, runnerRig } from './rig.ts'

t.setTimeout(240_000)

const megabyte = 2 ** 20

const alive = (id: CommandId) => {
  const read = environmentReader()
  return processTable().entries.filter(({ pid, zombie }) => !zombie && read(pid, scopeVariable)?.includes(id))
}
const sizes = (rig: RunnerRig, { session_id, id }: CommandRow) =>
  (['stdout', 'stderr'] as const).map(stream => statSync(rig.files.log(session_id, id, stream)).size)

t.test('a command that uses more than it may is ended, with all that it started', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())

  await t.test('memory, over several processes', async t => {
    // Two that share what their parent took, and one that takes more; they hold 300 MB for a minute at the most.
    const hog = 'import time; taken = bytearray(100 << 20); taken[::4096] = b"x" * 25600; time.sleep(60)'
    const words = `for i in 1 2 3; do python3 -c '${hog}' & done; wait`
    const row = await rig.run(session, words, { limits: { ...noLimits, memory: 200 * megabyte } })
    t.match(row, { status: 'failed', exit_code: Number, failure_json: /memory_limit.*209715200 bytes/ })
    t.same(alive(row.id), [])
    const { usage, limits } = toCommand(row)
    t.ok(Number(usage?.peak_memory) > 200 * megabyte && Number(usage?.peak_memory) < 400 * megabyte)
    t.equal(limits.enforcement, 'sampled')
  })

  await t.test('memory that processes share counts once', async t => {
    const line = `python3 -c '
import os, time
shared = bytearray(120 << 20)
shared[::4096] = b"x" * 30720
for _ in range(3):
    if os.fork() == 0:
        time.sleep(2.5)
        os._exit(0)
time.sleep(2.5)'`
    const row = await rig.run(session, line, { limits: { ...noLimits, memory: 200 * megabyte } })
    t.match(row, { status: 'succeeded', failure_json: null })
    t.ok(Number(toCommand(row).usage?.peak_memory) > 120 * megabyte)
  })

  await t.test('processes, of a program that forks without end', async t => {
    // Its own safety: no more than 300 of them, each for a minute.
    const line = 'i=0; while [ $i -lt 300 ]; do i=$((i+1)); sleep 60 & done; echo all; wait'
    const row = await rig.run(session, line, { limits: { ...noLimits, processes: 20 } })
    t.match(row, { status: 'failed', failure_json: /process_limit.*more than 20 processes/ })
    t.same(alive(row.id), [])
  })

  await t.test('output, of a program that writes without end and heeds no signal', async t => {
    const line = 'trap "" TERM; yes 0123456789abcde'
    const row = await rig.run(session, line, { limits: { ...noLimits, output: megabyte } })
    t.match(row, { status: 'failed', truncated: 1, stdout_bytes: megabyte, stderr_bytes: 0 })
    t.match(row.failure_json, /output_limit.*1048576 bytes/)
    t.same(alive(row.id), [])
    await until('the file is cut', () => sizes(rig, row)[0] === megabyte)
    t.equal(rig.stdout(row), '0123456789abcde\n'.repeat(megabyte / 16))
  })

  await t.test('output of 10 GB that takes no room', async t => {
    const line = `python3 -c 'import os, time; os.ftruncate(1, 10 << 30); time.sleep(60)'`
    const row = await rig.run(session, line, { limits: { ...noLimits, output: megabyte } })
    t.match(row, { status: 'failed', truncated: 1, stdout_bytes: megabyte, failure_json: /output_limit/ })
    await until('the file is cut', () => sizes(rig, row)[0] === megabyte)
  })

  await t.test('the size of a file', async t => {
    const limits = { ...noLimits, file_size: 10_000 }
    const row = await rig.run(session, ['head', '-c', '20000', '/dev/zero'], { limits })
    t.match(row, { status: 'failed', exit_code: 153, failure_json: /file_size_limit/ }, 'a log is one, too')
    const other = await rig.run(session, 'exec head -c 20000 /dev/zero > large', { limits })
    t.match(other, { status: 'failed', exit_code: 153, failure_json: /file_size_limit/ })
    // In steps of 512 bytes.
    t.equal(statSync(join(rig.files.worktree(session.id), 'large')).size, 10_240)
    t.match(await rig.run(session, 'head -c 9999 /dev/zero > small', { limits }), { status: 'succeeded' })
  })

  await t.test('what stays within its limits ends as ever', async t => {
    const limits = { memory: 500 * megabyte, processes: 10, file_size: megabyte, output: 12 }
    const row = await rig.run(session, 'echo hello; echo error >&2', { limits })
    t.match(row, { status: 'succeeded', failure_json: null, truncated: 0, stdout_bytes: 6, stderr_bytes: 6 })
  })
})

t.test('what was written while no runner was there is cut by the next', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())
  const limits = { ...noLimits, output: 1_000 }
  const wait = 'echo ready; until [ -e go ]; do sleep 0.1; done'
  const going = await rig.queue(session, `${wait}; yes`, { limits })
  const ending = await rig.queue(session, `${wait}; head -c 5000 /dev/zero; head -c 800 /dev/zero >&2`, {
    limits,
  })
  for (const id of [going, ending]) await rig.printed(session.id, id, 'ready\n')
  await rig.stop()
  const file = (id: CommandId) => rig.files.log(session.id, id, 'stdout')
  writeFileSync(join(rig.files.worktree(session.id), 'go'), '')
  await until('both have written too much', () =>
    [going, ending].every(id => statSync(file(id)).size > 1_000),
  )
  await rig.start()
  t.match(await rig.ended(going), { status: 'failed', truncated: 1, stdout_bytes: 1_000 })
  const row = await rig.ended(ending)
  t.match(row, { status: 'failed', exit_code: 0, failure_json: /output_limit/, truncated: 1 })
  t.same([row.stdout_bytes, row.stderr_bytes], [500, 500], 'both were too long')
  await until('they are cut', () => sizes(rig, row).every(size => size === 500))
})

t.test('what a command has used is told at its end, also where its runner was replaced', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())
  const spin = 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done'
  const id = await rig.queue(session, `sh -c '${spin}'; echo ready; until [ -e go ]; do sleep 0.1; done`)
  await rig.printed(session.id, id, 'ready\n')
  await rig.stop()
  await rig.start()
  writeFileSync(join(rig.files.worktree(session.id), 'go'), '')
  const { usage } = toCommand(await rig.ended(id))
  t.ok(usage !== null && Number(usage.user_seconds) > 0.03, JSON.stringify(usage))
  t.ok(usage !== null && usage.wall_seconds >= 0.03)

  const quick = toCommand(await rig.run(session, ['true']))
  t.match(quick.usage, { wall_seconds: Number, user_seconds: Number, system_seconds: Number })
  const never = toCommand(await rig.run(session, ['no-such-program']))
  t.equal(never.usage?.user_seconds, null, 'nobody could tell')
})
