import { processEntry, processTable } from '../../../lib/processes/process-table.ts'
import type { Clone } from '../clone.ts'

/** Which processes of ours are killed, and how each is recognised in the process table. */
const marks = {
  runner: 'services/runner/main.ts',
  api: 'services/api/main.ts',
  proxy: 'services/proxy/main.ts',
  pm2: 'God Daemon',
} as const
export const victims = ['runner', 'api', 'proxy', 'pm2', 'all'] as const
export type Victim = (typeof victims)[number]

/** Kills one of them, or all at once, without a warning. Returns the pids. */
export function kill(clone: Clone, victim: Victim): number[] {
  const lines = clone.processes()
  const wanted = victim === 'all' ? Object.values(marks) : [marks[victim]]
  const pids = wanted.flatMap(mark => {
    const found = lines.filter(line => line.includes(mark)).map(line => Number.parseInt(line, 10))
    // A child between fork and exec looks like its parent: in a moment it may be a command, which is to live.
    return found.filter(pid => !found.includes(processEntry(pid)?.ppid ?? 0))
  })
  for (const pid of pids)
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended by itself just now.
    }
  return pids
}

/** Whether none of these runs any more. */
export const areGone = (pids: readonly number[]): boolean =>
  processTable().entries.every(({ pid, zombie }) => zombie || !pids.includes(pid))
