import { UserError } from '../../../lib/user-error.ts'
import type { AnyTaskOptions } from '../task.ts'
import { millisecondsOf } from '../time.ts'

/** When a failed task is tried again. */
export interface RetryPlan {
  /** Of all, the first one included. */
  readonly attempts: number
  /** How long to wait before this attempt, in milliseconds; the first one is 1 and waits for nothing. */
  delayBefore(attempt: number): number
}

const onlyOne: RetryPlan = { attempts: 1, delayBefore: () => 0 }

export function retryPlanOf({ retries }: AnyTaskOptions): RetryPlan {
  if (retries === undefined) return onlyOne
  const {
    times,
    delay = 1_000,
    factor = 2,
    longest = 60_000,
  } = typeof retries === 'number' ? { times: retries } : retries
  if (!Number.isInteger(times) || times < 0)
    throw new UserError(`retries: ${times} is no number of repetitions`, {
      fix: 'a whole number, as in retries: 2',
    })
  const first = millisecondsOf('retries.delay', delay)
  const most = millisecondsOf('retries.longest', longest)
  return {
    attempts: times + 1,
    delayBefore: attempt => (attempt < 2 ? 0 : Math.min(most, first * factor ** (attempt - 2))),
  }
}
