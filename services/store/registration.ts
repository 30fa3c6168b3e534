import { z } from 'zod'
import { type Clock, toInstant } from '../../lib/clock.ts'
import { identifySelf } from '../../lib/processes/identity.ts'
import { UserError } from '../../lib/user-error.ts'
import { type InstanceId, instanceId } from '../contract/ids.ts'
import { registerInstance, removeInstance } from './service-instances.ts'
import type { Store } from './store.ts'

/** A new instance id, for a service that is about to be started. */
export const createInstance = (): InstanceId => instanceId.create()

/** The instance id that `task up` gave this process, or one of its own when it was started by hand. */
export function instanceFrom(environment: Record<string, string | undefined>): InstanceId {
  const given = environment.DEBUG_SERVER_INSTANCE
  if (given === undefined || given === '') return instanceId.create()
  const parsed = instanceId.schema.safeParse(given)
  if (!parsed.success)
    throw new UserError(`DEBUG_SERVER_INSTANCE is not valid: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}

/** Notes in the store that this process is an instance of `service`, until it is disposed. */
export async function register(
  store: Store,
  clock: Clock,
  { id, service, address }: { id: InstanceId; service: string; address: string },
): Promise<AsyncDisposable> {
  const own = identifySelf()
  await registerInstance(store, {
    id,
    service,
    pid: own.pid,
    process_started: own.startTime,
    address,
    started_at: toInstant(clock.now()),
  })
  return { [Symbol.asyncDispose]: () => removeInstance(store, id, own.pid) }
}
