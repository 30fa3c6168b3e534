import { join } from 'node:path'
import { acquireLock } from '../../../lib/lock.ts'
import { UserError } from '../../../lib/user-error.ts'

/** Where the manager works, and with what. */
export type Place = {
  /** The workspace whose gateway it is about. */
  readonly root: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  readonly now: () => number
}

/** How long others may be at work, in milliseconds: npm may be among it. */
const patience = 330_000

/** One at a time changes what there is; whoever is killed at it holds nothing up. */
export async function alone<Result>({ root, signal }: Place, work: () => Promise<Result>): Promise<Result> {
  const late = AbortSignal.timeout(patience)
  let lock: Disposable
  try {
    lock = await acquireLock(join(root, '.artifacts/mcp/manager.lock'), {
      signal: AbortSignal.any([signal, late]),
    })
  } catch (error) {
    signal.throwIfAborted()
    if (!late.aborted) throw error
    throw new UserError(`another program has been installing or removing servers for ${patience / 1_000} s`, {
      fix: 'wait for it, and do it again',
    })
  }
  using _ = lock
  return await work()
}
