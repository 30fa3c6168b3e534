import { pino } from 'pino'
import type { Test } from 'tap'
import { instanceId } from '../../../services/contract/ids.ts'
import { type ProxyDependencies, startProxy } from '../../../services/proxy/proxy.ts'

/** A real proxy before a server, until the test is over. */
export async function startFrontDoor(t: Test, upstream: string, options: Partial<ProxyDependencies> = {}) {
  const proxy = await startProxy({
    listen: { host: '127.0.0.1', port: 0 },
    upstream,
    instance: instanceId.create(),
    version: '1.2.3',
    log: pino({ level: 'silent' }),
    ...options,
  })
  t.teardown(() => proxy[Symbol.asyncDispose]())
  return proxy
}
