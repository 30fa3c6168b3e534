import type { PooledWorktree } from '../../store/worktrees.ts'

export type PoolLimits = {
  /** How many worktrees are kept that no session has; 0: none. */
  readonly keep: number
  /** How many bytes these may have together; 0: any. */
  readonly totalBytes: number
}

type Pooled = Pick<PooledWorktree, 'id' | 'status' | 'bytes' | 'runner_token' | 'removal_requested'>

/**
 * Which worktrees have to go, of all that are pooled, those used last first: those too many or too large together, and
 * those of a repository that is to be removed. Nobody's work is lost: what is being scrubbed stays until it is warm.
 */
export function chooseEvicted<Row extends Pooled>(
  rows: readonly Row[],
  { keep, totalBytes }: PoolLimits,
): Row[] {
  const most = totalBytes === 0 ? Number.POSITIVE_INFINITY : totalBytes
  const kept = rows.filter(({ status }) => status === 'warm' || status === 'scrubbing')
  let bytes = 0
  return kept.filter((row, place) => {
    bytes += row.bytes ?? 0
    const unwanted = row.removal_requested === 1 || place >= keep || bytes > most
    return unwanted && row.runner_token === null
  })
}
