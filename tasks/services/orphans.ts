import type { Workspace } from '../../config/workspace.ts'
import { endProcesses } from '../../lib/processes/end-processes.ts'
import { isAlive } from '../../lib/processes/identity.ts'
import { listInstances } from '../../services/store/service-instances.ts'
import { openStore } from '../../services/store/store.ts'
import type { StartedService } from './service.ts'

/**
 * Ends services that an earlier `task up` started and that PM2 does not know any more, because its daemon was killed:
 * there is never a second set. A service that somebody runs in the foreground has another instance id and stays.
 * Returns what was ended.
 */
export async function endOrphans(
  workspace: Workspace,
  started: readonly StartedService[],
  ownedByPm2: ReadonlySet<number>,
): Promise<string[]> {
  await using store = await openStore(workspace.storeFile)
  const orphans = (await listInstances(store)).flatMap(({ id, service, pid, process_started }) => {
    const identity = { pid, startTime: process_started }
    const ours = started.some(({ instance }) => instance === id)
    return ours && !ownedByPm2.has(pid) && isAlive(identity) ? [{ service, identity }] : []
  })
  await endProcesses(
    orphans.map(({ identity }) => identity),
    { graceMs: 5_000 },
  )
  return orphans.map(({ service, identity }) => `${service} (pid ${identity.pid})`)
}
