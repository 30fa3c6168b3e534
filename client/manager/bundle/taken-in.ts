import { setTimeout as delay } from 'node:timers/promises'
import { UserError } from '../../../lib/user-error.ts'
import { gatewayServers } from '../gateway/servers.ts'
import type { Place } from '../operations/place.ts'
import type { Report } from '../operations/report.ts'

/** How long a gateway that runs may take to look at its files, and how often it is asked, in milliseconds. */
const patience = 10_000
const interval = 250

/** Waits until the gateway that runs in this clone knows these servers. `down`: none runs, and the next will. */
export async function takenIn(
  names: readonly string[],
  { root, signal }: Place,
  report: Report,
): Promise<'now' | 'down' | 'not_yet'> {
  const end = performance.now() + patience
  try {
    for (;;) {
      const told = await gatewayServers(root, signal)
      if (told === undefined) return 'down'
      const known = new Set(told.servers.map(({ name }) => name))
      if (told.faults.length === 0 && names.every(name => known.has(name))) return 'now'
      if (performance.now() > end) {
        report.warnings.push(
          told.faults.length > 0
            ? `the gateway that runs says that its configuration is not valid: ${told.faults.join('; ')}`
            : `the gateway that runs has not taken it in within ${patience / 1_000} s: npx task status tells whether it is well`,
        )
        return 'not_yet'
      }
      await delay(interval, undefined, { signal })
    }
  } catch (error) {
    // It is installed all the same.
    if (!(error instanceof UserError)) throw error
    report.warnings.push(error.toText())
    return 'not_yet'
  }
}
