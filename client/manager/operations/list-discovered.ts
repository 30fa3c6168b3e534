import { readOverlay } from '../change-overlay.ts'
import { discoveredName, readDiscovered } from '../discovery/discovered.ts'
import type { Place } from './place.ts'
import type { Details } from './report.ts'
import { shownServer } from './shown-server.ts'

/** What can be installed by its name, and what has been installed. */
export async function listDiscovered({ root }: Place): Promise<Details> {
  return {
    path: discoveredName,
    servers: readDiscovered(root).found.map(shownServer),
    installed: Object.keys(readOverlay(root).servers),
  }
}
