import type { IncomingMessage, ServerResponse } from 'node:http'
import { TreeError } from '../../../../../lib/tree/tree-error.ts'

/** Why a request is not done, in words that the file server of Octo has too. */
const statuses = {
  INVALID_PATH: 400,
  INVALID_REQUEST: 400,
  NOT_A_DIRECTORY: 400,
  NOT_A_FILE: 400,
  PATH_TRAVERSAL: 403,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  CONFLICT: 409,
  PRECONDITION_FAILED: 412,
  FILE_TOO_LARGE: 413,
  RANGE_NOT_SATISFIABLE: 416,
  INTERNAL: 500,
  BAD_GATEWAY: 502,
  BUSY: 503,
  NO_ROOM: 507,
} as const

export type RefusedCode = keyof typeof statuses

/** An expected outcome, thrown to where the answer is written. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly code: RefusedCode
  readonly headers: Readonly<Record<string, string>>

  constructor(code: RefusedCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.code = code
    this.headers = headers
  }

  get status(): number {
    return statuses[this.code]
  }
}

/** Only pages of the app itself may change anything: browsers say which page asks, other programs say nothing. */
export function refuseOtherSites({ headers }: IncomingMessage): void {
  const site = headers['sec-fetch-site']
  if (site === undefined || site === 'same-origin' || site === 'none') return
  throw new Refused('FORBIDDEN', 'another site asks for this')
}

type Json = readonly [status: number, body: unknown, headers?: Readonly<Record<string, string>>]

export function sendJson(response: ServerResponse, ...json: Json): void {
  writeJson(response, ...json)
  response.end()
}

/** All of the answer, whose end is still to be told to the response. */
function writeJson(response: ServerResponse, ...[status, body, headers = {}]: Json): void {
  const content = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(content),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  })
  response.write(content)
}

function refusedOf(error: unknown): Refused {
  if (error instanceof Refused) return error
  if (error instanceof TreeError)
    return new Refused(error.code, error.message, error.code === 'BUSY' ? { 'retry-after': '1' } : {})
  console.error(error)
  return new Refused('INTERNAL', 'it failed')
}

/** How long the rest of a body that nobody wants may take, in milliseconds. */
const restMs = 2_000

/** The answer to what was thrown; where an answer has begun the connection breaks, so that nobody takes a part for the whole. */
export function sendRefusal(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  // Who has gone away needs no answer.
  if (response.destroyed) return
  const refused = refusedOf(error)
  if (response.headersSent) return void response.destroy()
  writeJson(response, refused.status, { error: refused.message, code: refused.code }, refused.headers)
  if (request.complete) return void response.end()
  // With what has come and is not read the system would break the connection off, the answer included. Node closes a
  // connection behind the last answer on it, so that this one ends only then.
  request.resume()
  const timer = setTimeout(() => request.socket.destroy(), restMs)
  for (const event of ['end', 'close'])
    request.once(event, () => {
      clearTimeout(timer)
      response.end()
    })
}
