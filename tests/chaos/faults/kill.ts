import { processEntry, processTable } from '../../../lib/processes/process-table.ts'
import type { Clone } from '../../end-to-end/clone.ts'
import { until } from '../../until.ts'
import type { Fault } from './fault.ts'

/** Which processes of ours are killed, and how each is recognised in the process table. */
const marks = {
  runner: 'services/runner/main.ts',
  'second runner': 'chaos/second-runner.ts',
  api: 'services/api/main.ts',
  proxy: 'services/proxy/main.ts',
  pm2: 'God Daemon',
} as const
type Victim = keyof typeof marks

const victims = Object.keys(marks) as Victim[]

/** Kills them without a warning, and waits until they are gone. */
async function kill(clone: Clone, wanted: readonly Victim[]): Promise<void> {
  const lines = clone.processes()
  const pids = wanted.flatMap(victim => pidsOf(lines, victim))
  for (const pid of pids)
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended by itself just now.
    }
  await until('they are gone', () => areGone(pids))
}

/** The pids of one kind of process among lines of `Clone.processes`. */
export function pidsOf(lines: readonly string[], victim: Victim): number[] {
  const found = lines.filter(line => line.includes(marks[victim])).map(line => Number.parseInt(line, 10))
  // A child between fork and exec looks like its parent: in a moment it may be a command, which is to live.
  return found.filter(pid => !found.includes(processEntry(pid)?.ppid ?? 0))
}

/** Whether none of these runs any more. */
const areGone = (pids: readonly number[]): boolean =>
  processTable().entries.every(({ pid, zombie }) => zombie || !pids.includes(pid))

export const kills: readonly Fault[] = [
  ...victims.map(
    (victim): Fault => ({
      name: `kill ${victim}`,
      times: 2,
      strike: ({ clone }) => kill(clone, [victim]),
    }),
  ),
  { name: 'kill all', times: 2, strike: ({ clone }) => kill(clone, victims) },
]
