import { errorCode } from '../../../lib/error-code.ts'
import { UserError } from '../../../lib/user-error.ts'
import type { TaskEnd } from '../state.ts'

/** A file among its inputs or outputs that the system does not let be read is a failure of the task. */
export function unreadable(error: unknown): TaskEnd {
  if (error instanceof UserError || errorCode(error) !== undefined) return { kind: 'failed', error }
  throw error
}
