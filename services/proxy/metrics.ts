import { type Families, requestBuckets, ServiceMetrics } from '../../lib/metrics.ts'

/** The proxy's figures. */
export class ProxyMetrics {
  readonly #metrics = new ServiceMetrics('proxy')
  readonly #requests = this.#metrics.histogram(
    'debug_server_proxy_request_duration_seconds',
    'Requests to the front door until their answer has been sent; status 0: broken off.',
    ['status'],
    requestBuckets,
  )

  constructor(tunnels: () => number) {
    this.#metrics.gauge('debug_server_proxy_tunnels_open', 'WebSockets that are open.', [], gauge =>
      gauge.set(tunnels()),
    )
  }

  request(status: number, tookMs: number): void {
    this.#requests.observe({ status }, tookMs / 1_000)
  }

  families(): Promise<Families> {
    return this.#metrics.families()
  }
}
