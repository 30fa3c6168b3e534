import type { CommandLimits } from '../../contract/command-limits.ts'
import type { CommandOutcome, EndCause, LimitCause } from '../commands/command-outcome.ts'
import { type GroupReading, mostTasks } from './cgroups/dialect.ts'
import { limitFailure } from './limit-failure.ts'

/** What was seen of a running command at one moment. */
export type Sample = {
  readonly processes: number
  /** Undefined where it cannot be told. */
  readonly memory: number | undefined
  readonly output: number
  /** Where it has a control group. */
  readonly refused?: Refused | undefined
}

/** What the kernel did not give it. */
export type Refused = Pick<GroupReading, 'memoryRefused' | 'taskRefused'>

export type LogSizes = { readonly stdout: number; readonly stderr: number }

/** Which limit a running command has passed, if one. */
export function passedLimit(
  limits: CommandLimits,
  { processes, memory, output, refused }: Sample,
): EndCause | undefined {
  if (limits.output !== null && output > limits.output) return { reason: 'output_limit', most: limits.output }
  const refusal = refused && refusedLimit(limits, refused)
  if (refusal !== undefined) return refusal
  if (limits.memory !== null && memory !== undefined && memory > limits.memory)
    return { reason: 'memory_limit', most: limits.memory }
  if (limits.processes !== null && processes > limits.processes)
    return { reason: 'process_limit', most: limits.processes }
  return undefined
}

function refusedLimit(
  limits: CommandLimits,
  { memoryRefused, taskRefused }: Refused,
): LimitCause | undefined {
  if (limits.memory !== null && memoryRefused) return { reason: 'memory_limit', most: limits.memory }
  if (limits.processes !== null && taskRefused)
    return { reason: 'process_limit', most: mostTasks(limits.processes), threads: true }
  return undefined
}

/** What a shell makes of SIGXFSZ. */
const codeOfFileSize = 153

/** How a command ended that may have passed a limit which nobody saw it pass: while no runner was there, or too quickly. */
export function limitedOutcome(
  outcome: CommandOutcome,
  limits: CommandLimits,
  logs: LogSizes,
  refused?: Refused,
): CommandOutcome {
  const { status, exit_code, failure } = outcome
  // What we did to it, or know of it, comes first.
  if (failure !== null || (status !== 'succeeded' && status !== 'failed')) return outcome
  const refusal = refused && refusedLimit(limits, refused)
  if (refusal !== undefined)
    return {
      status: 'failed',
      exit_code,
      failure: limitFailure(refusal.reason, refusal.most, refusal.threads),
    }
  if (limits.output !== null && logs.stdout + logs.stderr > limits.output)
    return { status: 'failed', exit_code, failure: limitFailure('output_limit', limits.output) }
  if (limits.file_size !== null && exit_code === codeOfFileSize)
    return { status: 'failed', exit_code, failure: limitFailure('file_size_limit', limits.file_size) }
  return outcome
}

/**
 * How much of each log stays where both together are longer than the limit: the longer one is cut first, and each may
 * have half. Says the same of logs of which each that is cut has one byte more.
 */
export function keptLogs({ stdout, stderr }: LogSizes, most: number | null): LogSizes {
  if (most === null || stdout + stderr <= most) return { stdout, stderr }
  const half = Math.floor(most / 2)
  return {
    stdout: Math.min(stdout, Math.max(half, most - stderr)),
    stderr: Math.min(stderr, Math.max(half, most - stdout)),
  }
}
