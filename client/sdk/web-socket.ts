import type { IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import { parseProblem } from './answers.ts'
import { explainConnectionError } from './connection-error.ts'

export type WebSocketOptions = {
  /** Address of the API, as that of a client. */
  readonly baseUrl: string
  /** Below that, with a query whose `ticket` proves who asks. */
  readonly path: string
  readonly ca?: string | undefined
  readonly insecure?: boolean | undefined
  readonly signal: AbortSignal
  /** The longest message that may come, in bytes. */
  readonly maxPayload: number
}

/** How long the server may take to open one, in milliseconds. */
const openMs = 30_000
/** The longest problem that is read of a refusal, in bytes. */
const longestProblem = 1_000_000

/** Opens a WebSocket of a server. Rejects with a ProblemError where it refuses, with a ConnectionError where it cannot be asked. */
export function openWebSocket(options: WebSocketOptions): Promise<WebSocket> {
  const { baseUrl, path, ca, insecure = false, signal, maxPayload } = options
  const address = `${baseUrl.replace(/^http/, 'ws').replace(/\/+$/, '')}${path}`
  const socket = new WebSocket(address, {
    ...{ handshakeTimeout: openMs, maxPayload, perMessageDeflate: false, rejectUnauthorized: !insecure },
    ...(ca === undefined ? {} : { ca }),
    headers: { 'user-agent': 'debug-server' },
  })
  return new Promise((resolve, reject) => {
    const given = () => {
      reject(signal.reason)
      socket.terminate()
    }
    const settled = () => signal.removeEventListener('abort', given)
    signal.addEventListener('abort', given, { once: true })
    if (signal.aborted) given()
    socket.once('open', () => {
      settled()
      resolve(socket)
    })
    socket.on('error', error => {
      settled()
      reject(explainConnectionError(baseUrl, error))
    })
    socket.once('unexpected-response', (_, answer: IncomingMessage) => {
      settled()
      textOf(answer)
        .then(text => reject(parseProblem(answer.statusCode ?? 0, text, baseUrl)))
        .catch(reject)
        .finally(() => socket.terminate())
    })
  })
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of answer) {
    pieces.push(piece)
    length += piece.length
    if (length > longestProblem) break
  }
  return Buffer.concat(pieces).toString('utf8')
}
