import { processEntry } from './process-table.ts'

let found: ReadonlySet<number> | undefined

/**
 * Who may become the parent of a descendant of this process whose own parent has ended: this process, one of those above
 * it, or the system. When one of those ends, what is above this process is among the same.
 */
export function possibleReapers(): ReadonlySet<number> {
  if (found === undefined) {
    // 0 stands for whatever is outside of our pid namespace.
    const pids = new Set([0, 1])
    for (let pid = process.pid; !pids.has(pid); pid = processEntry(pid)?.ppid ?? 0) pids.add(pid)
    found = pids
  }
  return found
}
