import type { TaskEnd } from '../state.ts'
import { runService, type ServiceSetting } from './run-service.ts'
import type { ServicePool } from './service-pool.ts'

export interface KeptServiceSetting extends Omit<ServiceSetting, 'stop' | 'tell' | 'fail'> {
  readonly services: ServicePool
  readonly origin: string | undefined
  /** Aborted when all is to end, whereas `signal` ends the service only as long as it is not ready. */
  readonly end: AbortSignal | undefined
}

/**
 * Starts a service that may go on when the run that starts it is over, in the place of one that goes on from an earlier
 * run. Whoever listens to the pool hears of it.
 */
export async function runKeptService(setting: KeptServiceSetting): Promise<TaskEnd> {
  const { name, services, origin, signal, end } = setting
  await services.end(name)
  const stop = new AbortController()
  const early = new AbortController()
  const giveUp = () => early.abort(signal.reason)
  if (signal.aborted) giveUp()
  signal.addEventListener('abort', giveUp, { once: true })
  const ended = runService({
    ...setting,
    signal: end === undefined ? early.signal : AbortSignal.any([end, early.signal]),
    stop: stop.signal,
    tell: event => services.tell(name, event),
    fail: error => services.fail(name, error),
    ready: () => {
      signal.removeEventListener('abort', giveUp)
      setting.ready()
    },
  })
  services.add(name, { origin, ended, stop: () => stop.abort() })
  return ended
}
