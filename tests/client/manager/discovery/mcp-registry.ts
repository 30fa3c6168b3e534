import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'

/** An MCP registry on loopback with TLS, by a certificate that nobody knows; `answer` says what it does. */
export async function mcpRegistry(
  t: Test,
  answer: (url: URL, response: ServerResponse, request: IncomingMessage) => void,
) {
  const directory = mkdtempSync(join(tmpdir(), 'mcp-registry-'))
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')]
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-nodes', '-days', '2', '-subj', '/CN=registry'],
      ...['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
      ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-keyout', key, '-out', cert],
    ],
    { stdio: 'ignore' },
  )
  const asked: URL[] = []
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
    const url = new URL(request.url ?? '/', 'https://localhost')
    asked.push(url)
    answer(url, response, request)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
    rmSync(directory, { recursive: true })
  })
  return { url: `https://localhost:${(server.address() as AddressInfo).port}`, ca: cert, asked }
}

/** One server as the registry tells it. */
export const told = (name: string, more: object = {}, status = 'active') => ({
  server: {
    name,
    description: `about ${name}`,
    version: '1.0.0',
    remotes: [{ type: 'streamable-http', url: 'https://example.org/mcp' }],
    ...more,
  },
  _meta: { 'io.modelcontextprotocol.registry/official': { status, isLatest: true } },
})
