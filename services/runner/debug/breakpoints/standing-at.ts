import type { Frame } from '../../../contract/debug-resources.ts'
import type { WorktreePaths } from '../worktree-paths.ts'
import type { BreakpointList, Entry } from './breakpoint-list.ts'

/** A stop, as far as it tells which breakpoints it stands at. */
export type Standing = {
  readonly reason: string
  readonly frame: Pick<Frame, 'file' | 'line' | 'name'> | null
  /** Those that the adapter names, by what it calls them. */
  readonly named: readonly number[]
}

/**
 * The breakpoints of a stop: what the adapter names, else those that lie there. Of what an adapter calls them only those
 * of a kind are one: a data breakpoint may have the number of a line's.
 */
export async function standingAt(
  list: BreakpointList,
  { reason, frame, named }: Standing,
  paths: Pick<WorktreePaths, 'same'>,
): Promise<Entry[]> {
  const isNamed = (entry: Entry) => entry.adapterId !== null && named.includes(entry.adapterId)
  if (reason.startsWith('data')) return list.of('data').filter(isNamed)
  if (reason === 'exception') return list.of('exception').filter(isNamed)
  const found: Entry[] = []
  for (const entry of list.entries) {
    if (entry.kind === 'line') {
      if (isNamed(entry) || (await liesThere(entry, reason, frame, paths))) found.push(entry)
    } else if (entry.kind === 'function') {
      const isThere = reason === 'function breakpoint' && entry.name === frame?.name
      if (isNamed(entry) || isThere) found.push(entry)
    }
  }
  return found
}

/** One with a condition is stopped at where the stop says so; any other wherever a step ends on it. */
async function liesThere(
  entry: Extract<Entry, { kind: 'line' }>,
  reason: string,
  frame: Standing['frame'],
  paths: Pick<WorktreePaths, 'same'>,
): Promise<boolean> {
  if (frame === null || frame.file === null || !entry.verified || entry.line !== frame.line) return false
  if (entry.log_message !== null) return false
  const isPlain = entry.condition === null && entry.hit_condition === null
  if (!isPlain && reason !== 'breakpoint') return false
  // The debuggee may have come to the file by a symbolic link, which then is its name.
  return entry.file === frame.file || paths.same(frame.file, entry.file)
}
