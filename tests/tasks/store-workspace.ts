import { join } from 'node:path'
import { openWorkspace, type Workspace } from '../../config/workspace.ts'
import { identify } from '../../lib/processes/identity.ts'
import { instanceId } from '../../services/contract/ids.ts'
import { registerInstance } from '../../services/store/service-instances.ts'
import { openStore } from '../../services/store/store.ts'
import { prepareStorage } from '../../tasks/bootstrap/storage.ts'
import { workspaceRoot } from './bootstrap/place.ts'

/** A workspace with a store of the current schema. `DEBUG_SERVER_DB_URL` may lead it elsewhere. */
export async function storeWorkspace(
  owner: { teardown(end: () => unknown): void },
  environment: Record<string, string> = {},
): Promise<Workspace> {
  const workspace = openWorkspace(workspaceRoot(owner), environment)
  await prepareStorage(workspace)
  return workspace
}

/** Has this very process stand for a service that uses the store, as one that was started in the foreground would. */
export async function pretendService(workspace: Workspace): Promise<void> {
  const own = identify(process.pid)
  if (own === undefined) throw new Error('no such process')
  await using store = await openStore(workspace.storeFile)
  await registerInstance(store, {
    id: instanceId.create(),
    service: 'api',
    pid: own.pid,
    process_started: own.startTime,
    address: join(workspace.run, 'nowhere'),
    started_at: '2026-01-01T00:00:00.000Z',
  })
}

export const waiting = () => {
  const lines: string[] = []
  return { signal: AbortSignal.timeout(20_000), log: (line: string) => void lines.push(line), lines }
}
