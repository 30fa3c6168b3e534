import { uptime } from 'node:os'
import type { ProcessIdentity } from './identity.ts'
import { processEntry } from './process-table.ts'

/** Of a clock tick as /proc tells start times: 1/100 s on every Linux that Node runs on, see proc(5). */
const tickMs = 10

/**
 * How many milliseconds exactly this process has been there, whatever becomes of the clock on the wall. Undefined where it
 * is gone, on systems that tell when a process began by that clock, and in containers whose uptime is not the machine's.
 */
export function processAge({ pid, startTime }: ProcessIdentity): number | undefined {
  if (process.platform !== 'linux') return undefined
  const entry = processEntry(pid)
  if (entry?.startTime !== startTime || entry.zombie) return undefined
  const age = uptime() * 1_000 - entry.startOrder * tickMs
  // Both are told in whole ticks.
  return age < -2 * tickMs ? undefined : Math.max(0, age)
}
