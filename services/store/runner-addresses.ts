import type { InstanceId } from '../contract/ids.ts'
import { compiledQuery } from './compiled-query.ts'
import type { Store } from './store.ts'

/** Where a runner listens; null where it has not said so yet. */
export type RunnerAddress = { readonly id: InstanceId; readonly address: string | null }

/** More than one server ever has. */
const mostRunners = 64

const query = compiledQuery<Record<never, never>, RunnerAddress>(database =>
  database
    .selectFrom('runners')
    .leftJoin('service_instances', 'service_instances.id', 'runners.instance_id')
    .select(['runners.instance_id as id', 'service_instances.address'])
    .orderBy('runners.token', 'desc')
    .limit(mostRunners),
)

/** Of those that have registered, the latest first. */
export const runnerAddresses = (store: Store): Promise<RunnerAddress[]> =>
  store.read(database => query(database, {}))
