import type { ServerSettings } from '../../../config/schema.ts'
import type { Clock } from '../../../lib/clock.ts'
import { networkOf } from '../../../lib/network-of.ts'
import { RateLimit, type RateLimitState } from '../../../lib/rate-limit.ts'
import type { Caller } from '../access.ts'
import { type Refusal, refuse } from '../outcome.ts'

/** What is told of a limit in any answer, and the refusal where it is passed. */
export type Counted = {
  readonly headers: Readonly<Record<string, string>>
  readonly refusal?: Refusal
}

/**
 * How many requests may come from whom: with a credential by that, so that nobody uses up another's; without a valid one
 * by address. The headers are those of draft-ietf-httpapi-ratelimit-headers-10.
 */
export class RequestRates {
  readonly #clock: Clock
  readonly #callers: RateLimit | undefined
  readonly #addresses: RateLimit | undefined

  constructor(
    clock: Clock,
    settings: Pick<ServerSettings['api'], 'requests_per_minute' | 'anonymous_per_minute'>,
  ) {
    this.#clock = clock
    this.#callers = limitOf(settings.requests_per_minute)
    this.#addresses = limitOf(settings.anonymous_per_minute)
  }

  /** Counts a request of somebody who was admitted. */
  ofCaller({ credential }: Caller): Counted {
    return this.#count('caller', this.#callers, credential.id)
  }

  /** Counts a request of nobody in particular. */
  ofAddress(address: string | null): Counted {
    return this.#count('address', this.#addresses, networkOf(address ?? ''))
  }

  #count(policy: 'caller' | 'address', limit: RateLimit | undefined, key: string): Counted {
    if (limit === undefined) return { headers: {} }
    const state = limit.take(key, this.#clock.now())
    const headers = headersOf(policy, state)
    if (!state.exceeded) return { headers }
    const refusal = refuse(
      'rate_limited',
      `more than ${state.limit} requests within a minute: wait ${state.resetSeconds} seconds`,
      { headers: { ...headers, 'retry-after': `${state.resetSeconds}` } },
    )
    return { headers, refusal }
  }
}

/** 0: none. */
const limitOf = (perMinute: number) => (perMinute === 0 ? undefined : new RateLimit({ perMinute }))

const headersOf = (policy: string, { limit, left, resetSeconds }: RateLimitState) => ({
  'ratelimit-policy': `"${policy}";q=${limit};w=60`,
  ratelimit: `"${policy}";r=${left};t=${resetSeconds}`,
})
