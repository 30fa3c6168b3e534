import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { endConnection } from '../../lib/end-connection.ts'
import { type ProblemCode, problemDocument } from '../contract/problems.ts'

/** Of HTTP/1.1 or HTTP/2. */
type Answerable = {
  writeHead(status: number, headers: Record<string, string>): { end(content: string): unknown }
}

/** The problems that the proxy has itself; those of the API pass through as they are. */

export function sendProblem(
  response: Answerable,
  code: ProblemCode,
  detail: string,
  more: Record<string, string> = {},
): void {
  const { status, headers, content } = render(code, detail, more)
  response.writeHead(status, headers).end(content)
}

/** The same on a socket that no response object stands for; the connection ends with it. */
export function endWithProblem(socket: Duplex, code: ProblemCode, detail: string): void {
  const { status, headers, content } = render(code, detail, { connection: 'close' })
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  endConnection(socket, `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${content}`)
}

function render(code: ProblemCode, detail: string, more: Record<string, string>) {
  const body = problemDocument(code, detail)
  const content = JSON.stringify(body)
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json',
    'content-length': `${Buffer.byteLength(content)}`,
    'cache-control': 'no-store',
    ...(body.status === 503 ? { 'retry-after': '1' } : {}),
    ...more,
  }
  return { status: body.status, headers, content }
}
