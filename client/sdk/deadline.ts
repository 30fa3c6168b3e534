import type { z } from 'zod'
import { ConnectionError } from './connection-error.ts'

/** How long past the time that the server was asked to wait an answer may take, in milliseconds. */
const margin = 30_000

/** What an operation takes, as far as it says how long an answer may take. */
type Waits = Readonly<Record<string, z.ZodType | undefined>>

/**
 * The deadline of a call: what the input, or the operation where the input is silent, asks the server to wait (seconds), and
 * the margin. `wait` says so; an operation without it that takes a `timeout` is over by then (where it has both, the timeout is
 * that of a command).
 */
export function deadlineOf(input: Readonly<Record<string, unknown>>, operation: Waits = {}): number {
  const name = operation.wait === undefined && operation.timeout !== undefined ? 'timeout' : 'wait'
  const wait = Number(input[name] ?? operation[name]?.safeParse(undefined).data ?? 0)
  return (Number.isFinite(wait) && wait > 0 ? wait * 1_000 : 0) + margin
}

export type Deadline = Disposable & {
  /** Aborted by the callers' signals with their reason, or at the deadline with a ConnectionError. */
  readonly signal: AbortSignal
  /** Lifts the deadline; the callers' signals stay. For streams, once the first byte is there. */
  lift(): void
}

export function deadline(
  milliseconds: number,
  baseUrl: string,
  signals: readonly (AbortSignal | undefined)[],
): Deadline {
  const late = new AbortController()
  const timer = setTimeout(() => {
    const seconds = Math.round(milliseconds / 1_000)
    late.abort(
      new ConnectionError(
        'timeout',
        baseUrl,
        `no answer within ${seconds} seconds`,
        'check that the server is up and not overloaded',
      ),
    )
  }, milliseconds)
  const given = signals.filter(signal => signal !== undefined)
  const lift = () => clearTimeout(timer)
  return { signal: AbortSignal.any([late.signal, ...given]), lift, [Symbol.dispose]: lift }
}
