import type { IncomingMessage } from 'node:http'
import { traceCarrier } from '../../lib/trace.ts'
import { type Forwarded, requestHeaders, responseHeaders } from './headers.ts'
import type { Relay, Unanswered } from './relay.ts'
import type { RequestTarget } from './request-target.ts'
import type { Failure } from './upstream/answer.ts'

/** What of a request goes to the API, and what a client is told where that gives no answer. */
export const toApi = (
  request: IncomingMessage,
  { path }: RequestTarget,
  forwarded: Forwarded,
): Pick<Relay, 'target' | 'headers' | 'answered' | 'problemOf'> => ({
  target: path,
  headers: requestHeaders(request.rawHeaders, forwarded, traceCarrier()),
  answered: responseHeaders,
  problemOf,
})

function problemOf({ reason }: Failure): Unanswered {
  switch (reason) {
    case 'unreachable':
    case 'silent':
      return { code: 'upstream_unavailable', detail: 'the API does not answer; try again' }
    case 'late':
      return { code: 'upstream_timeout', detail: 'the API did not answer in time' }
    case 'invalid':
    case 'broken':
      return { code: 'upstream_failed', detail: 'the API broke off its answer' }
  }
}
