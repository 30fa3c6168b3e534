import { randomBytes } from 'node:crypto'
import { join } from 'node:path'

/**
 * What a checkout is called while somebody works on it: a name of this attempt's own, within the worktree's directory. An
 * attempt that was stopped in the middle and goes on later, when a successor has renamed it, finds nothing under it.
 */
export const newAttempt = (pooled: string): string =>
  join(pooled, `attempt-${randomBytes(6).toString('hex')}`)

export const isAttempt = (name: string): boolean => /^attempt-[0-9a-f]+$/.test(name)
