import type { WorktreeRow } from '../../store/schema.ts'

export type PoolLimits = {
  /** How many worktrees are kept that no session has; 0: none. */
  readonly keep: number
  /** How many bytes these may have together; 0: any. */
  readonly totalBytes: number
}

type Pooled = Pick<WorktreeRow, 'id' | 'status' | 'bytes'>

/** Which warm worktrees are too many or too large together, of all that are pooled, those used last first. */
export function chooseEvicted<Row extends Pooled>(
  rows: readonly Row[],
  { keep, totalBytes }: PoolLimits,
): Row[] {
  const most = totalBytes === 0 ? Number.POSITIVE_INFINITY : totalBytes
  const kept = rows.filter(({ status }) => status === 'warm' || status === 'scrubbing')
  let bytes = 0
  return kept.filter((row, place) => {
    bytes += row.bytes ?? 0
    return row.status === 'warm' && (place >= keep || bytes > most)
  })
}
