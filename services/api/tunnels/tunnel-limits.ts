import { type Refusal, refuse } from '../outcome.ts'

export type TunnelLimits = {
  readonly per_session: number
  readonly max_bytes: number
  readonly idle_seconds: number
  readonly ttl_seconds: number
}

/** What one tunnel may take, bytes of both sides together; 0: as much as it likes. Counts until disposed. */
export class TunnelMeter implements Disposable {
  readonly #limits: TunnelLimits
  readonly #passed: (refusal: Refusal) => void
  readonly #ttl: NodeJS.Timeout | undefined
  #idle: NodeJS.Timeout | undefined
  #bytes = 0

  constructor(limits: TunnelLimits, passed: (refusal: Refusal) => void) {
    this.#limits = limits
    this.#passed = passed
    this.#ttl = this.#after(limits.ttl_seconds, 'ttl_seconds')
    this.#idle = this.#after(limits.idle_seconds, 'idle_seconds')
  }

  count(bytes: number): void {
    this.#idle?.refresh()
    this.#bytes += bytes
    const { max_bytes: most } = this.#limits
    if (most > 0 && this.#bytes > most) this.#passed(over('max_bytes', most))
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#ttl)
    clearTimeout(this.#idle)
    this.#idle = undefined
  }

  #after(seconds: number, name: 'ttl_seconds' | 'idle_seconds'): NodeJS.Timeout | undefined {
    if (seconds === 0) return undefined
    return setTimeout(() => this.#passed(over(name, seconds)), seconds * 1_000).unref()
  }
}

const over = (name: string, value: number): Refusal =>
  refuse(
    'stream_limit',
    `the tunnel has come to its end: tunnels.${name} is ${value} in the server's configuration`,
  )
