import type { SessionId } from '../contract/ids.ts'
import { compiledQuery } from './compiled-query.ts'
import { runnerAddresses } from './runner-addresses.ts'
import type { Store } from './store.ts'

const query = compiledQuery<{ session: SessionId; app: string }, { address: string | null }>(
  (database, parameter) =>
    database
      .selectFrom('commands')
      .innerJoin('runners', 'runners.token', 'commands.runner_token')
      .innerJoin('service_instances', 'service_instances.id', 'runners.instance_id')
      .select('service_instances.address')
      .where('commands.session_id', '=', parameter('session'))
      .where('commands.app', '=', parameter('app'))
      .where('commands.status', '=', 'running')
      .limit(1),
)

/** Where the runner listens that has an app of a session, or one that can start it; undefined where there is none. */
export async function appHolder(store: Store, session: SessionId, app: string): Promise<string | undefined> {
  const [held] = await store.read(database => query(database, { session, app }))
  if (held?.address != null) return held.address
  return (await runnerAddresses(store)).find(({ address }) => address !== null)?.address ?? undefined
}
