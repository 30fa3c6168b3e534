import { ConnectionError } from './connection-error.ts'
import { ProblemError } from './problem-error.ts'

/**
 * Connections that may fail one after the other without progress in between: more than half a minute in all, so that a
 * server may be started anew by hand meanwhile.
 */
export const attempts = 40

/** 0.1, 0.2, 0.4 … seconds, 1 at the most: a server that is up for moments only shall not be missed each time. */
export const backoff = (failures: number): number => Math.min(1_000, 100 * 2 ** (failures - 1))

/** Whether the same request may succeed a moment later: the server, or what stands before it, restarts. */
export function isPassing(error: unknown): boolean {
  if (error instanceof ProblemError) return error.status === 503
  return (
    error instanceof ConnectionError &&
    (error.kind === 'unreachable' || error.kind === 'dropped' || error.kind === 'timeout')
  )
}
