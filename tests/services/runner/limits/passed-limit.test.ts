import t from 'tap'
import { type CommandLimits, noLimits } from '../../../../services/contract/command-limits.ts'
import type { CommandOutcome } from '../../../../services/runner/commands/command-outcome.ts'
import { keptLogs, limitedOutcome, passedLimit } from '../../../../services/runner/limits/passed-limit.ts'

const limits = { memory: 100, processes: 2, file_size: 512, output: 10 }
const neither = { memoryRefused: false, taskRefused: false }
const memory = { ...neither, memoryRefused: true }
const task = { ...neither, taskRefused: true }

t.test('a limit is passed by what is above it', async t => {
  const cases: [CommandLimits, Parameters<typeof passedLimit>[1], string | undefined][] = [
    [noLimits, { processes: 1e6, memory: 1e15, output: 1e15 }, undefined],
    [limits, { processes: 2, memory: 100, output: 10 }, undefined],
    [limits, { processes: 2, memory: undefined, output: 10 }, undefined],
    [limits, { processes: 2, memory: 101, output: 10 }, 'memory_limit'],
    [limits, { processes: 3, memory: 100, output: 10 }, 'process_limit'],
    [limits, { processes: 2, memory: 100, output: 11 }, 'output_limit'],
    [limits, { processes: 2, memory: 100, output: 10, refused: neither }, undefined],
    [limits, { processes: 2, memory: 100, output: 10, refused: memory }, 'memory_limit'],
    [limits, { processes: 2, memory: 100, output: 10, refused: task }, 'process_limit'],
    [noLimits, { processes: 2, memory: 100, output: 10, refused: { ...memory, ...task } }, undefined],
  ]
  for (const [limits, sample, reason] of cases) t.equal(passedLimit(limits, sample)?.reason, reason)
})

t.test('what nobody saw is told at the end', async t => {
  const ended = (exit_code: number): CommandOutcome => ({
    status: exit_code === 0 ? 'succeeded' : 'failed',
    exit_code,
    failure: null,
  })
  const none = { stdout: 0, stderr: 0 }
  const over = { stdout: 6, stderr: 5 }
  t.match(limitedOutcome(ended(0), limits, over), {
    status: 'failed',
    exit_code: 0,
    failure: { reason: 'output_limit', message: 'it wrote more output than 10 bytes' },
  })
  t.match(limitedOutcome(ended(153), limits, none), { failure: { reason: 'file_size_limit' } })
  t.same(limitedOutcome(ended(153), noLimits, over), ended(153), 'a code of its own')
  t.same(limitedOutcome(ended(1), limits, none), ended(1))
  t.match(limitedOutcome(ended(137), limits, none, memory), {
    exit_code: 137,
    failure: { reason: 'memory_limit', message: 'it took more memory than 100 bytes' },
  })
  t.match(limitedOutcome(ended(0), limits, none, task), {
    status: 'failed',
    failure: { reason: 'process_limit', message: `it had more than 192 processes and threads at a time` },
  })
  t.same(limitedOutcome(ended(137), noLimits, none, memory), ended(137), 'it had no limit')
  const cancelled: CommandOutcome = {
    status: 'cancelled',
    exit_code: 143,
    failure: { reason: 'cancelled_by_client', message: 'it was cancelled' },
  }
  t.same(limitedOutcome(cancelled, limits, over), cancelled, 'what was done to it comes first')
})

t.test('logs are cut to the limit, the longer one first', async t => {
  const cases: [stdout: number, stderr: number, most: number | null, kept: [number, number]][] = [
    [60, 40, null, [60, 40]],
    [60, 40, 100, [60, 40]],
    [150, 20, 100, [80, 20]],
    [20, 150, 100, [20, 80]],
    [150, 140, 100, [50, 50]],
    [51, 51, 101, [50, 50]],
    [101, 0, 100, [100, 0]],
    [5, 5, 1, [0, 0]],
  ]
  for (const [stdout, stderr, most, kept] of cases) {
    const { stdout: out, stderr: err } = keptLogs({ stdout, stderr }, most)
    t.same([out, err], kept, `${stdout} ${stderr} ${most}`)
    t.ok(most === null || out + err <= most)
    // What a runner leaves that goes away between cutting and recording.
    const half = { stdout: out + (out < stdout ? 1 : 0), stderr: err + (err < stderr ? 1 : 0) }
    t.same(keptLogs(half, most), { stdout: out, stderr: err }, 'a successor keeps the same')
    if (most !== null && stdout + stderr > most)
      t.ok(half.stdout + half.stderr > most, 'and sees that it was too much')
  }
})
