import { readOverlay } from '../change-overlay.ts'
import { discoveredName, readDiscovered } from '../discovery/discovered.ts'
import type { Place } from './place.ts'
import type { Details, Report } from './report.ts'
import { shownServer } from './shown-server.ts'

/** What an agent can be told at once, in characters of JSON. */
const longest = 1_000_000

/** What can be installed by its name, and what has been installed. */
export async function listDiscovered({ root }: Place, report: Report): Promise<Details> {
  const all = readDiscovered(root).found.map(shownServer)
  let length = 0
  const servers = all.filter(one => {
    length += JSON.stringify(one).length
    return length <= longest
  })
  if (servers.length < all.length)
    report.warnings.push(
      `${all.length - servers.length} more are known than can be told at once: look for them with discover_servers`,
    )
  return {
    path: discoveredName,
    servers,
    installed: Object.keys(readOverlay(root).servers),
  }
}
