import { join } from 'node:path'
import type { Workspace } from '../../config/workspace.ts'
import { errorCode } from '../../lib/error-code.ts'
import { acquireLock, type HeldLock } from '../../lib/lock.ts'
import { UserError } from '../../lib/user-error.ts'

/**
 * Takes the one turn that changes what bootstrap makes: of two processes the later one waits, and says so. It ends with
 * the process, however that ends, or when it is disposed.
 */
export async function takeTurn(
  { run, root }: Workspace,
  { signal, log }: { signal: AbortSignal; log(line: string): void },
): Promise<HeldLock> {
  try {
    return await acquireLock(join(run, 'bootstrap.lock'), {
      signal,
      onWait: () => log('another bootstrap of this clone is under way; waiting for it'),
    })
  } catch (error) {
    const code = errorCode(error)
    if (code === undefined || !['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOSPC'].includes(code))
      throw error
    throw new UserError(`nothing can be written to ${run} (${code})`, {
      fix: `make ${root} writable, with room on its disk, and .artifacts a directory`,
      cause: error,
    })
  }
}
