import type { IncomingMessage } from 'node:http'
import type { ProblemCode } from '../contract/problems.ts'
import type { Body } from './upstream/send-body.ts'

/** The most bytes that a body may have, 0: any; and how long none of it may come, in milliseconds. */
export type BodyLimits = { readonly bytes: number; readonly pause: number }

/**
 * The body of a request, if it has one. `refuse` is told once where it is longer than it may be, or stops coming: before
 * anything is read where that is plain.
 */
export function readBody(
  request: IncomingMessage,
  { bytes: most, pause }: BodyLimits,
  refuse: (code: ProblemCode, detail: string) => void,
): Body | undefined | 'refused' {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers
  if (encoding === undefined && (length === undefined || length === '0')) return undefined
  const tooLarge = () => refuse('body_too_large', `the body has more than ${most} bytes`)
  if (most > 0 && Number(length ?? 0) > most) {
    tooLarge()
    return 'refused'
  }
  const timer = setTimeout(() => {
    // Where it is the upstream that does not take it, the upstream has a deadline of its own.
    if (request.isPaused()) timer.refresh()
    else refuse('request_timeout', 'the request was not sent in time')
  }, pause).unref()
  let read = 0
  request.on('data', (bytes: Buffer) => {
    timer.refresh()
    read += bytes.length
    if (most > 0 && read > most && read - bytes.length <= most) tooLarge()
  })
  for (const event of ['end', 'close'] as const) request.once(event, () => clearTimeout(timer))
  return { from: request, coding: encoding === undefined ? 'length' : 'chunked' }
}
