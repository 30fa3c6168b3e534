import { ConnectionError } from './connection-error.ts'
import { attempts, backoff, isPassing } from './retry.ts'

/**
 * Asks again, until there is an answer, for what can be asked twice without harm, once its connection has broken in the
 * middle. What fails before that is told at once: nothing was begun.
 */
export async function persistently<T>(
  ask: () => Promise<T>,
  pause: (milliseconds: number) => Promise<void>,
): Promise<T> {
  let hasBroken = false
  for (let failures = 1; ; failures++) {
    try {
      return await ask()
    } catch (error) {
      hasBroken ||= error instanceof ConnectionError && error.kind === 'dropped'
      if (!hasBroken || !isPassing(error) || failures > attempts) throw error
      await pause(backoff(failures))
    }
  }
}
