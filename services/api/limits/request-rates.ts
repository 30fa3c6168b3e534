import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../../../lib/clock.ts'
import type { Caller } from '../access.ts'
import type { RequestSettings } from '../context.ts'
import { type Refusal, refuse } from '../outcome.ts'
import { networkOf } from './network-of.ts'
import { RateLimit, type RateLimitState } from './rate-limit.ts'

/**
 * How many requests may come from whom: with a credential by that, so that nobody uses up another's; without a valid one
 * by address. The headers are those of draft-ietf-httpapi-ratelimit-headers-10.
 */
export class RequestRates {
  readonly #clock: Clock
  readonly #callers: RateLimit | undefined
  readonly #addresses: RateLimit | undefined

  constructor(clock: Clock, settings: Pick<RequestSettings, 'requests_per_minute' | 'anonymous_per_minute'>) {
    this.#clock = clock
    this.#callers = limitOf(settings.requests_per_minute)
    this.#addresses = limitOf(settings.anonymous_per_minute)
  }

  /** Counts a request of somebody who was admitted. */
  ofCaller({ credential }: Caller, reply: FastifyReply): Refusal | undefined {
    return this.#count('caller', this.#callers, credential.id, reply)
  }

  /** Counts a request of nobody in particular. */
  ofAddress({ ip }: FastifyRequest, reply: FastifyReply): Refusal | undefined {
    return this.#count('address', this.#addresses, networkOf(ip), reply)
  }

  #count(
    policy: 'caller' | 'address',
    limit: RateLimit | undefined,
    key: string,
    reply: FastifyReply,
  ): Refusal | undefined {
    if (limit === undefined) return undefined
    const state = limit.take(key, this.#clock.now())
    reply.headers(headersOf(policy, state))
    if (!state.exceeded) return undefined
    return refuse(
      'rate_limited',
      `more than ${state.limit} requests within a minute: wait ${state.resetSeconds} seconds`,
      { headers: { 'retry-after': `${state.resetSeconds}` } },
    )
  }
}

/** 0: none. */
const limitOf = (perMinute: number) => (perMinute === 0 ? undefined : new RateLimit({ perMinute }))

const headersOf = (policy: string, { limit, left, resetSeconds }: RateLimitState) => ({
  'ratelimit-policy': `"${policy}";q=${limit};w=60`,
  ratelimit: `"${policy}";r=${left};t=${resetSeconds}`,
})
