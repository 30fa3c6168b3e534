import { UserError } from '../../lib/user-error.ts'
import { lockHolders } from './lock-holders.ts'

/** Whether the store stayed locked for as long as it was tried. By name: the class would bring kysely along. */
export const isStoreBusy = (error: unknown): error is Error =>
  error instanceof Error && error.name === 'StoreBusyError'

/** What to say of a store that stayed locked, or was when it was looked at: who holds it. */
export function lockedStore(storeFile: string, why: Error | string): UserError {
  const holders = lockHolders(storeFile)
  const who = holders.length === 0 ? 'another process' : holders.join(', ')
  const [reason, cause] = typeof why === 'string' ? [why, undefined] : [why.message, why]
  return new UserError(`${storeFile} is held locked by ${who}: ${reason}`, {
    fix: 'wait for it or end it, then run this again',
    ...(cause !== undefined && { cause }),
  })
}

/** Does what needs the store, and says who holds it where that cannot be done. */
export async function unlessLocked<T>(storeFile: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw isStoreBusy(error) ? lockedStore(storeFile, error) : error
  }
}
