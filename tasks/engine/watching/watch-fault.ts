import { errorCode } from '../../../lib/error-code.ts'
import { UserError } from '../../../lib/user-error.ts'

/** Why the system does not tell of changes, with what helps. Anything else that was thrown is returned as it is. */
export function watchFault(error: unknown): unknown {
  switch (errorCode(error)) {
    case 'ENOSPC':
      return new UserError('the system does not let so many files be watched', {
        fix: 'raise its limit: sudo sysctl fs.inotify.max_user_watches=524288',
        cause: error,
      })
    case 'EMFILE':
      return new UserError('the system lets no more programs watch files, or this one open no more', {
        fix: 'raise its limits: sudo sysctl fs.inotify.max_user_instances=512, and ulimit -n 8192',
        cause: error,
      })
    default:
      return error
  }
}
