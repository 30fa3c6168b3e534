import type { ProcessIdentity } from './identity.ts'
import type { ProcessEntry } from './process-entry.ts'

/** What the scope spawned. A host is no member, but all that it starts is. */
export interface ScopeRoot extends ProcessIdentity {
  readonly isHost?: boolean
}

/**
 * Who belongs to a scope, read from one view of the process table: what the scope spawned, everything in the sessions
 * and groups those opened, everything that bears the scope's mark, and the descendants of all of them.
 *
 * What escapes: a process that in one go clears its environment, opens a session of its own and outlives its parent.
 */
export function scopeMembers(
  table: readonly ProcessEntry[],
  roots: readonly ScopeRoot[],
  bearsMark: (entry: ProcessEntry) => boolean,
): ProcessEntry[] {
  const entries = new Map(table.map(entry => [entry.pid, entry]))
  const own = new Set<number>()
  const hosts = new Set<number>()
  for (const root of roots) {
    // The kernel gives a pid to nobody else while it names a session, so a session whose leader is gone is still ours;
    // one with another leader is not.
    const holder = entries.get(root.pid)
    if (holder !== undefined && holder.startTime !== root.startTime) continue
    own.add(root.pid)
    if (root.isHost === true) hosts.add(root.pid)
  }
  const verdicts = new Map<number, boolean>()
  const belongs = (first: ProcessEntry): boolean => {
    const path: number[] = []
    let verdict = false
    let entry: ProcessEntry | undefined = first
    while (entry !== undefined) {
      const known = verdicts.get(entry.pid)
      if (known !== undefined) {
        verdict = known
        break
      }
      verdicts.set(entry.pid, false)
      path.push(entry.pid)
      if (own.has(entry.sid) || own.has(entry.pgid) || own.has(entry.pid) || bearsMark(entry)) {
        verdict = true
        break
      }
      entry = entries.get(entry.ppid)
    }
    for (const pid of path) verdicts.set(pid, verdict)
    return verdict
  }
  const mayBe = ({ pid, zombie }: ProcessEntry) =>
    !zombie && pid > 1 && pid !== process.pid && !hosts.has(pid)
  return table.filter(entry => mayBe(entry) && belongs(entry))
}
