import { type Families, requestBuckets, ServiceMetrics } from '../../lib/metrics.ts'
import type { Shared } from './share-notices.ts'

/** The proxy's figures. */
export class ProxyMetrics {
  readonly #metrics = new ServiceMetrics('proxy')
  readonly #requests = this.#metrics.histogram(
    'debug_server_proxy_request_duration_seconds',
    'Requests to the front door until their answer has been sent; status 0: broken off.',
    ['status'],
    requestBuckets,
  )

  readonly #atShare = this.#metrics.counter(
    'debug_server_proxy_share_reached_total',
    'What was refused or closed because its address had all that one may have.',
    ['of'],
  )

  constructor(tunnels: () => number) {
    this.#metrics.gauge('debug_server_proxy_tunnels_open', 'WebSockets that are open.', [], gauge =>
      gauge.set(tunnels()),
    )
  }

  atShare(of: Shared): void {
    this.#atShare.inc({ of })
  }

  request(status: number, tookMs: number): void {
    this.#requests.observe({ status }, tookMs / 1_000)
  }

  families(): Promise<Families> {
    return this.#metrics.families()
  }
}
