import { STATUS_CODES } from 'node:http'
import { isDiskFull } from '../../lib/disk-full.ts'
import { type ProblemDocument, problemDocument, problems } from '../contract/problems.ts'
import { StoreBusyError } from '../store/busy.ts'
import { DamagedLogError } from './logs/damaged-log.ts'
import { type Refusal, refuse } from './outcome.ts'
import { BodyError } from './read-body.ts'

/** The one place where what went wrong becomes HTTP. */
export type ProblemReply = {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: ProblemDocument
}

export function problemReply(refusal: Refusal): ProblemReply {
  const { status } = problems[refusal.code]
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(status === 503 ? { 'retry-after': '1' } : {}),
      ...refusal.headers,
    },
    body: problemDocument(refusal.code, refusal.detail, refusal.errors),
  }
}

/**
 * What a thrown error means to the client. Whatever is not known here is a mistake of ours: `internal`, without a word
 * of the error itself, which may name paths or hold input.
 */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof StoreBusyError) return refuse('store_busy', 'the store is locked; try again')
  if (isDiskFull(error))
    return refuse('storage_full', 'there is no room left on the disk of the server; nothing was changed')
  if (error instanceof BodyError)
    return refuse(error.reason === 'charset' ? 'unsupported_media_type' : 'invalid_input', error.message)
  if (error instanceof DamagedLogError) return refuse('log_damaged', error.message)
  switch (fastifyCode(error)) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return refuse('body_too_large', 'the request body is larger than this server takes')
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return refuse('unsupported_media_type', 'send the body as application/json')
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return refuse('invalid_input', 'the body has not the length that Content-Length says')
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return refuse('invalid_input', 'the request body is not valid JSON')
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return refuse('invalid_input', 'the address is not a valid URL path')
    default:
      return refuse('internal', 'the server made a mistake; its log has the details under the request id')
  }
}

/** The reply as it is written to a socket that no response object stands for; the connection ends with it. */
export function rawReply({ status, headers, body }: ProblemReply): string {
  const content = JSON.stringify(body)
  const lines = Object.entries({
    ...headers,
    'content-length': Buffer.byteLength(content),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${content}`
}

const fastifyCode = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
