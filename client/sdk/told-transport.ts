import type { HttpRequest } from './http-request.ts'
import type { Transport } from './transport.ts'

/** What goes on between a client and its server. Neither headers nor bodies are told: they may hold secrets. */
export type TransportEvent = Pick<HttpRequest, 'method' | 'path'> &
  (
    | {
        readonly type: 'answered'
        readonly status: number
        /** How the server's own log calls this request. */
        readonly requestId: string | undefined
        /** Until the head of the answer was there. */
        readonly milliseconds: number
      }
    | { readonly type: 'failed'; readonly reason: string; readonly milliseconds: number }
    | { readonly type: 'repeating'; readonly status: number; readonly afterMs: number }
  )

/** Tells of every request that goes through a transport. */
export const toldTransport = (
  transport: Transport,
  tell: (event: TransportEvent) => void,
  elapsed: () => number = () => performance.now(),
): Transport => ({
  async send(request, options) {
    const { method, path } = request
    const started = elapsed()
    try {
      const answer = await transport.send(request, options)
      const { status } = answer
      const milliseconds = elapsed() - started
      tell({ type: 'answered', method, path, status, requestId: answer.header('x-request-id'), milliseconds })
      return answer
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      tell({ type: 'failed', method, path, reason, milliseconds: elapsed() - started })
      throw error
    }
  },
  [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
})
