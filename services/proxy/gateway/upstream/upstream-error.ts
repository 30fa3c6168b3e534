import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js'

export type UpstreamFault =
  /** It is not there, and the call was not made. */
  | 'unavailable'
  /** There is no room for it now. */
  | 'busy'
  /** It went away during the call: whether that was done is not known. */
  | 'connection_lost'
  | 'timed_out'
  /** It answered what cannot be handed on. */
  | 'bad_answer'

/** Why a server behind the gateway gives no answer, in words that name it. */
export class UpstreamError extends Error {
  readonly reason: UpstreamFault

  constructor(reason: UpstreamFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

/** Whether a call that failed may have been done all the same, as one whose answer is too long. */
export const isUncertain = (error: unknown): boolean =>
  error instanceof UpstreamError
    ? error.reason !== 'unavailable' && error.reason !== 'busy'
    : error instanceof McpError && error.code === ErrorCode.InternalError

/** A message did not leave. */
export class NotSentError extends Error {}
