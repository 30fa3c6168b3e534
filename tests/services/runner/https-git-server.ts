import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/tls/${name}`, import.meta.url))

/** Whom git is to trust, to reach these servers. */
export const authority = fixture('server-cert.pem')

export type Seen = { readonly url: string; readonly authorization: string | undefined }
/** Answers by itself, or leaves it to git. */
export type Before = (request: IncomingMessage, response: ServerResponse) => Promise<boolean> | boolean

/** Serves every repository below `root` over HTTPS, by git's own http-backend, to who brings `user:secret`. */
export async function httpsGitServer(
  t: Test,
  root: string,
  { user, secret, before }: { user: string; secret: () => string; before?: Before },
) {
  const seen: Seen[] = []
  const server = createServer(
    { key: readFileSync(fixture('server-key.pem')), cert: readFileSync(authority) },
    async (request, response) => {
      const { authorization } = request.headers
      seen.push({ url: request.url ?? '', authorization })
      if (await before?.(request, response)) return
      const wanted = `Basic ${Buffer.from(`${user}:${secret()}`).toString('base64')}`
      if (authorization === wanted) backend(root, request, response)
      else
        response
          .writeHead(401, { 'www-authenticate': 'Basic realm="git"', 'content-type': 'text/plain' })
          .end(`you sent ${authorization}, ${decoded(authorization)}\n`)
    },
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it listens on no port')
  return { host: `localhost:${address.port}`, seen }
}

const decoded = (authorization = '') => Buffer.from(authorization.replace('Basic ', ''), 'base64').toString()

/** See git-http-backend(1): a CGI program. */
function backend(root: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url ?? '/', 'https://localhost')
  const child = spawn('git', ['http-backend'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
      PATH_INFO: pathname,
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    },
  })
  request.pipe(child.stdin.on('error', () => undefined))
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.once('close', () => {
    const answer = Buffer.concat(chunks)
    const end = answer.indexOf('\r\n\r\n')
    const headers = answer.subarray(0, end).toString().split('\r\n')
    const fields = headers.map(line => line.split(': ', 2) as [string, string])
    const status = fields.find(([name]) => name === 'Status')?.[1]
    response.writeHead(Number.parseInt(status ?? '200', 10), Object.fromEntries(fields))
    response.end(answer.subarray(end + 4))
  })
}
