import type { CommandRow } from '../../store/schema.ts'
import { type Refusal, refuse } from '../outcome.ts'

/** What who asks for the log of this one command is told where that was removed. */
export const refuseExpired = ({ id, log_expired_at }: CommandRow): Refusal | undefined =>
  log_expired_at === null
    ? undefined
    : refuse('log_expired', `the log of ${id} was removed at ${log_expired_at}, for its age or to make room`)
