import type { InstanceId } from '../contract/ids.ts'
import type { ServiceInstanceRow } from './schema.ts'
import type { Store } from './store.ts'

/** Who runs: each service writes its row when it starts and removes it when it ends in order. */

export async function registerInstance(store: Store, instance: ServiceInstanceRow): Promise<void> {
  await store.write(async transaction => {
    // PM2 restarts a service under the same id: the new process replaces the row of the old one.
    await transaction.deleteFrom('service_instances').where('id', '=', instance.id).execute()
    await transaction.insertInto('service_instances').values(instance).execute()
  })
}

/** Removes an instance's row, unless a successor with the same id has taken it over. */
export async function removeInstance(store: Store, id: InstanceId, pid: number): Promise<void> {
  await store.write(transaction =>
    transaction.deleteFrom('service_instances').where('id', '=', id).where('pid', '=', pid).execute(),
  )
}

export const listInstances = (store: Store): Promise<ServiceInstanceRow[]> =>
  store.read(database =>
    database.selectFrom('service_instances').selectAll().orderBy('service').orderBy('started_at').execute(),
  )
