import { existsSync } from 'node:fs'
import { type PidMoment, pidMoment, unknownPids } from './pid-sequence.ts'
import type { ProcessEntry } from './process-entry.ts'
import { processEntry } from './process-table.ts'
import { possibleReapers } from './reapers.ts'
import { type ScopeRoot, scopeMembers } from './scope-members.ts'

/** A daemon that forks again whenever it is looked for is left to who reads the table. */
const looksAtMost = 10

/**
 * Whether it is certain that nobody created since a moment belongs to a scope, provided that everybody who belonged to it
 * at that moment has ended. False where somebody does, where it cannot be told, and where telling is not worth it:
 * then the process table has to be read.
 *
 * `bearsMark` as in `scopeMembers`; undefined where it cannot tell.
 */
export function noNewcomers(
  since: PidMoment,
  roots: readonly ScopeRoot[],
  bearsMark: (entry: ProcessEntry) => boolean | undefined,
): boolean {
  const entries: ProcessEntry[] = []
  const parents = new Set([...possibleReapers(), ...roots.map(root => root.pid)])
  let from = since
  for (let look = 0; look < looksAtMost; look++) {
    const to = pidMoment()
    const pids = to === undefined ? undefined : unknownPids({ pid: from.pid, at: since.at }, to)
    if (to === undefined || pids === undefined) return false
    if (pids.length === 0) return true
    // Upwards, parents before children: a child that cannot be seen yet has a parent that is still there.
    for (const pid of pids) {
      const entry = existsSync(`/proc/${pid}`) ? processEntry(pid) : undefined
      // The children of others are none of ours: on a busy machine these are nearly all.
      if (entry === undefined || !parents.has(entry.ppid)) continue
      parents.add(pid)
      entries.push(entry)
    }
    let uncertain = false
    const members = scopeMembers(entries, roots, entry => {
      const bears = bearsMark(entry)
      uncertain ||= bears === undefined
      return bears ?? false
    })
    if (uncertain || members.length > 0) return false
    // Who had one of these pids and has ended meanwhile may have forked after `to`: look at what was given since.
    from = to
  }
  return false
}
