import { z } from 'zod'
import { type ProblemDocument, problemSchema } from './problems.ts'

/** Why a stream ends. Its last message says it in every form that has room for one, unless the stream was cut off. */
export type EndReason =
  | 'complete'
  | 'session_ended'
  | 'session_deleted'
  | 'server_stopping'
  | 'slow_reader'
  | 'unresponsive'
  | 'problem'

export type StreamEnd = {
  readonly type: 'end'
  readonly reason: EndReason
  /** Why the server tells no more, where the reason is `problem`. */
  readonly problem?: ProblemDocument | undefined
}

/** The last message of a stream that can end for these reasons. */
export const streamEndSchema = <const Reasons extends readonly EndReason[]>(reasons: Reasons) =>
  z.object({ type: z.literal('end'), reason: z.enum(reasons), problem: problemSchema.optional() })

/** Whether a stream with this end told all that it was asked for. */
export const isWhole = (reason: EndReason): boolean =>
  reason === 'complete' || reason === 'session_ended' || reason === 'session_deleted'

/** The end as a line of text. */
export const endLine = ({ reason, problem }: StreamEnd): string =>
  problem === undefined ? `end ${reason}` : `end ${reason}: ${problem.detail}`

/**
 * Every code that a WebSocket of this server is closed with (RFC 6455, section 7.4). From 4000 on they are ours: 4000 and
 * the HTTP status that means the same. With a reason it is that of the last message, and stands in the close frame too.
 */
export const closeCodes: readonly {
  readonly code: number
  readonly reasons: readonly EndReason[]
  readonly meaning: string
}[] = [
  {
    code: 1000,
    reasons: ['complete', 'session_ended', 'session_deleted'],
    meaning: 'everything has been told',
  },
  { code: 1001, reasons: ['server_stopping'], meaning: 'connect again, and go on where it was' },
  { code: 1002, reasons: [], meaning: 'the client does not keep to the WebSocket protocol' },
  { code: 1007, reasons: [], meaning: 'a text of the client is not valid UTF-8' },
  { code: 1008, reasons: [], meaning: 'a message of the client comes in too many pieces' },
  { code: 1009, reasons: [], meaning: 'a message of the client is too large' },
  { code: 1011, reasons: ['problem'], meaning: 'the server made a mistake, or lacks room on its disk' },
  { code: 1013, reasons: ['problem'], meaning: 'the store was busy for too long: try again' },
  { code: 4401, reasons: ['problem'], meaning: 'what the caller came with is not valid any more' },
  { code: 4403, reasons: ['problem'], meaning: 'the caller may not have this any more' },
  { code: 4408, reasons: ['slow_reader', 'unresponsive'], meaning: 'the client took nothing for too long' },
]

export function closeCodeOf({ reason, problem }: StreamEnd): number {
  switch (reason) {
    case 'complete':
    case 'session_ended':
    case 'session_deleted':
      return 1000
    case 'server_stopping':
      return 1001
    case 'slow_reader':
    case 'unresponsive':
      return 4408
    case 'problem':
      return problemCloseCode(problem?.status)
  }
}

function problemCloseCode(status: number | undefined): number {
  if (status === 401 || status === 403) return 4000 + status
  return status === 503 ? 1013 : 1011
}
