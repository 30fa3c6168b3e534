import { environmentId } from '../../../services/contract/ids.ts'
import { findRepository } from '../../../services/store/repositories.ts'
import type { EnvironmentRow } from '../../../services/store/schema.ts'
import type { Rig } from './rig.ts'

/** An environment of alice's for the repository `demo`, as a runner would have left it. */
export async function keepEnvironment(
  { store, call }: Rig,
  change: Partial<EnvironmentRow> = {},
): Promise<string> {
  const repository = await findRepository(store, 'demo')
  const { user } = await call('server.whoami')
  const now = new Date().toISOString()
  const row: EnvironmentRow = {
    id: environmentId.create(),
    repository_id: repository?.id ?? null,
    owner_id: user.id,
    manager: 'npm',
    key: '0'.repeat(64),
    status: 'ready',
    failure_json: null,
    command_id: null,
    bytes: 1_000,
    created_at: now,
    used_at: now,
    ...change,
  }
  await store.write(transaction => transaction.insertInto('environments').values(row).execute())
  return row.id
}
