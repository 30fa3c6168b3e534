import { standsIn } from '../../../config/client/clone.ts'
import type { Candidate } from '../../../lib/completion/completion.ts'
import { readOverlay } from '../../manager/change-overlay.ts'
import { readDiscovered } from '../../manager/discovery/discovered.ts'
import type { Io } from '../io.ts'

/** The servers of the clone that one stands in; none elsewhere. */
export async function mcpServers(
  { root, directory }: Io,
  named: 'discovered MCP servers' | 'installed MCP servers',
): Promise<readonly Candidate[]> {
  if (!(await standsIn(root, directory))) return []
  return named === 'installed MCP servers'
    ? Object.keys(readOverlay(root).servers).map(text => ({ text }))
    : readDiscovered(root).found.map(({ entry: { name, description } }) =>
        description === '' ? { text: name } : { text: name, describe: description },
      )
}
