import type { HttpRequest } from './http-request.ts'
import { pause } from './pause.ts'
import { backoff } from './retry.ts'
import type { TransportEvent } from './told-transport.ts'
import type { Answer, SendOptions, Transport } from './transport.ts'

export type RetryOptions = {
  /** How often one request is sent again. */
  readonly most: number
  readonly tell: (event: TransportEvent) => void
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** Between 0 and 1: those who were turned away together shall not come back together. */
  readonly random?: () => number
}

/** A server that wants to be left alone for longer is told of instead of waited for, in milliseconds. */
const longestWait = 20_000

/**
 * Sends a request again where the server says that it is too busy for it and when to come back (429 or 503 with
 * Retry-After, RFC 9110). The caller's signal, and with it the deadline of the call, holds over all of it.
 */
export const retryingTransport = (
  transport: Transport,
  { most, tell, wait = pause, now = Date.now, random = Math.random }: RetryOptions,
): Transport => ({
  async send(request, options) {
    for (let failures = 1; ; failures++) {
      const answer = await transport.send(request, options)
      const asked = mayRepeat(request, options, answer) ? retryAfter(answer, now()) : undefined
      if (asked === undefined || asked > longestWait || failures > most) return answer
      // Read to its end, so that the connection can be used again.
      await answer.body.text().catch(() => undefined)
      const afterMs = Math.round(Math.max(asked, backoff(failures)) * (1 + random() / 4))
      const { method, path } = request
      tell({ type: 'repeating', method, path, status: answer.status, afterMs })
      await wait(afterMs, options.signal)
    }
  },
  [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
})

/** Who is told 429 has had nothing done. Behind a 503 something may have been, which only matters where it adds up. */
function mayRepeat(
  { method }: HttpRequest,
  { headers, mayBeUnavailable }: SendOptions,
  { status }: Answer,
): boolean {
  if (status === 429) return true
  if (status !== 503 || mayBeUnavailable === true) return false
  return method === 'GET' || method === 'DELETE' || headers?.['idempotency-key'] !== undefined
}

/** In milliseconds from now; undefined where the server does not say. Seconds or a date. */
export function retryAfter({ header }: Pick<Answer, 'header'>, now: number): number | undefined {
  const text = header('retry-after')?.trim()
  if (text === undefined || text === '') return undefined
  if (/^\d+$/.test(text)) return Number(text) * 1_000
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
