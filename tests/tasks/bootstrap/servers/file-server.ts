import { readFileSync } from 'node:fs'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { join } from 'node:path'
import { listen } from './listen.ts'

/**
 * A web server on loopback, with a certificate of an authority of its own, that serves files and misbehaves as told.
 * What was asked of it is kept, for tests to read.
 */
const tls = join(import.meta.dirname, 'tls')
export const authorityFile = join(tls, 'authority.pem')
export const anotherAuthorityFile = join(tls, 'another-authority.pem')
export const authority = readFileSync(authorityFile, 'utf8')
export const anotherAuthority = readFileSync(anotherAuthorityFile, 'utf8')

export type Asked = { method: string; path: string; headers: IncomingMessage['headers'] }

/** How one request is answered. The last of several goes for all later ones. */
export type Answering =
  | { as: 'file'; cutAfter?: number; stallAfter?: number; ignoreRange?: boolean; unknownLength?: boolean }
  | { as: 'status'; status: number; headers?: Record<string, string> }
  | { as: 'redirect'; to: string }
  | { as: 'reset' }
  | { as: 'silence' }

export type ServedFile = { body: Buffer | string; etag?: string; answers?: Answering[] }

export type FileServer = {
  origin: string
  port: number
  asked: Asked[]
  serve(path: string, file: ServedFile): void
  /** Resolves when the next request for a path arrives. */
  askedFor(path: string): Promise<void>
}

type Owner = { teardown(end: () => Promise<void>): void }

export async function startFileServer(
  owner: Owner,
  { secure = true }: { secure?: boolean } = {},
): Promise<FileServer> {
  const files = new Map<string, ServedFile>()
  const counts = new Map<string, number>()
  const asked: Asked[] = []
  const waiting = new Map<string, () => void>()

  const listener: RequestListener = (request, response) => {
    const path = request.url ?? '/'
    asked.push({ method: request.method ?? '', path, headers: request.headers })
    waiting.get(path)?.()
    waiting.delete(path)
    const file = files.get(path)
    if (file === undefined) {
      response.writeHead(404).end('nothing here')
      return
    }
    const count = counts.get(path) ?? 0
    if (request.method !== 'HEAD') counts.set(path, count + 1)
    const answers = file.answers ?? []
    answer(request, response, file, answers[Math.min(count, answers.length - 1)] ?? { as: 'file' })
  }
  const server = secure
    ? createHttpsServer(
        {
          key: readFileSync(join(tls, 'server-key.pem')),
          cert: readFileSync(join(tls, 'server-cert.pem')),
        },
        listener,
      )
    : createHttpServer(listener)
  server.on('clientError', (_, socket) => socket.destroy())
  const port = await listen(server)
  owner.teardown(
    () =>
      new Promise(done => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  )
  return {
    origin: `${secure ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    asked,
    serve: (path, file) => files.set(path, file),
    askedFor: path => new Promise(resolve => waiting.set(path, resolve)),
  }
}

function answer(request: IncomingMessage, response: ServerResponse, file: ServedFile, how: Answering): void {
  switch (how.as) {
    case 'status':
      response.writeHead(how.status, how.headers).end()
      return
    case 'redirect':
      response.writeHead(302, { location: how.to }).end()
      return
    case 'reset':
      request.socket.destroy()
      return
    case 'silence':
      return
    case 'file':
      sendFile(request, response, file, how)
  }
}

function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  { body, etag }: ServedFile,
  { cutAfter, stallAfter, ignoreRange, unknownLength }: Extract<Answering, { as: 'file' }>,
): void {
  const whole = Buffer.from(body)
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? Number.NaN)
  const ranged = !Number.isNaN(from) && ignoreRange !== true && request.headers['if-range'] === etag
  const bytes = ranged ? whole.subarray(from) : whole
  response.writeHead(ranged ? 206 : 200, {
    ...(unknownLength === true ? {} : { 'content-length': bytes.length }),
    ...(request.url?.endsWith('/') ? { 'content-type': 'text/html' } : {}),
    ...(etag === undefined ? {} : { etag }),
    ...(ranged ? { 'content-range': `bytes ${from}-${whole.length - 1}/${whole.length}` } : {}),
  })
  if (request.method === 'HEAD') response.end()
  else if (cutAfter !== undefined)
    response.write(bytes.subarray(0, cutAfter), () => request.socket.destroySoon())
  else if (stallAfter !== undefined) response.write(bytes.subarray(0, stallAfter))
  else response.end(bytes)
}
