import { execFile } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { z } from 'zod'
import { declaredApps } from '../../../../config/apps.ts'
import { ownRoot } from '../../../../config/workspace.ts'
import { chromium } from '../../../chromium.ts'
import { lacks } from '../../api/development-tool.ts'
import { app } from '../../runner/apps/rig.ts'
import { certificates } from '../certificates.ts'
import { frontRig } from './rig.ts'

t.setTimeout(240_000)

const skip =
  chromium === undefined && process.env.CI !== 'true'
    ? 'there is no Chromium: apt-get install chromium, or set DEBUG_SERVER_CHROMIUM'
    : lacks('playwright-core')

/** A page that does whatever a browser lets it, and a script for a service worker. */
const evil = `import http.server, socketserver, sys
class Evil(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        script = self.path.endswith(".js")
        body = b"// nothing" if script else b"<h1>evil</h1>"
        self.send_response(200)
        self.send_header("content-type", "text/javascript" if script else "text/html")
        self.send_header("service-worker-allowed", "/")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def address_string(self):
        return "somebody"
socketserver.ThreadingUnixStreamServer(sys.argv[1], Evil).serve_forever()
`

const seenSchema = z.object({
  address: z.string(),
  content: z.string(),
  typed: z.boolean(),
  fromAnotherApp: z.record(z.string(), z.string()),
  afterwards: z.string(),
  pathStatus: z.number(),
  fromPath: z.record(z.string(), z.string()),
  cookies: z.array(z.string()),
})

t.test('a browser opens apps on their own origins, from where no page reaches another', { skip }, async t => {
  const declared = declaredApps(ownRoot)
  const [files, terminal] = [declared.get('files'), declared.get('terminal')]
  if (files === undefined || terminal === undefined) throw new Error('the project has both')
  const opencode = app({ command: ['python3', 'evil.py', '{socket}'] })
  // What is at a path of the server has one of the names that have one.
  const rig = await frontRig(t, { files, terminal, opencode })
  const { id } = await rig.sessionOf({ 'here.txt': 'what stands here', 'evil.py': evil })
  const opened = await Promise.all(['files', 'terminal', 'opencode'].map(name => rig.opened(id, name)))
  const path = `http://127.0.0.1:${rig.port}/sessions/${id}/opencode/`
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      ...[join(import.meta.dirname, 'use-origins.mjs'), `${chromium}`, ...opened.map(String), path],
      rig.bearer(rig.alice).authorization,
    ],
    { timeout: 200_000 },
  )
  const seen = seenSchema.parse(JSON.parse(stdout))
  t.equal(seen.address, `http://${rig.hostOf(id, 'files')}/view/`, 'the ticket is gone from the address')
  t.match(seen.content, 'what stands here')
  t.ok(seen.typed, 'a terminal, too')
  t.notMatch(seen.fromAnotherApp.cookies, /planted/, 'no cookie for the wider domain')
  t.match(seen.fromAnotherApp, {
    read: 'refused',
    written: 'refused',
    framed: 'not readable',
    socket: 'refused',
  })
  t.match(seen.afterwards, 'here.txt')
  t.notMatch(seen.afterwards, 'planted', 'and nothing was written')
  t.equal(seen.pathStatus, 200)
  t.match(seen.fromPath, { origin: 'null', cookie: 'SecurityError', storage: 'SecurityError' })
  t.match(seen.fromPath.worker, /Error$/, 'no service worker below the server')
  t.match(seen.fromPath.api, /^(?:refused|401)$/)
  const passes = ['files', 'terminal', 'opencode'].map(
    name => `debug_server_app ${name}--${id.slice(4)}.localhost true`,
  )
  t.same(
    seen.cookies.toSorted(),
    passes.toSorted(),
    'each origin has its own pass, and nothing else is there',
  )
})

const overTlsSchema = z.object({
  refused: z.tuple([z.number(), z.string()]),
  address: z.string(),
  protocol: z.string(),
  content: z.string(),
  secure: z.boolean(),
  typed: z.boolean(),
  lost: z.string(),
})

t.test('the same over TLS, by HTTP/2; who is not signed in is told how to be', { skip }, async t => {
  const declared = declaredApps(ownRoot)
  const [files, terminal] = [declared.get('files'), declared.get('terminal')]
  if (files === undefined || terminal === undefined) throw new Error('the project has both')
  const made = certificates(t)
  made.make('localhost')
  const rig = await frontRig(t, { files, terminal }, { tls: made.files })
  const { id } = await rig.sessionOf({ 'here.txt': 'what stands here' })
  const { port } = new URL(rig.proxy.secureUrl ?? '')
  const secure = async (name: string) =>
    Object.assign(await rig.opened(id, name), { protocol: 'https:', port }).href
  const { publicKey } = new X509Certificate(readFileSync(made.files.certificate))
  const hash = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64')
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      ...[join(import.meta.dirname, 'use-http2.mjs'), `${chromium}`, hash],
      ...[await secure('files'), await secure('terminal')],
    ],
    { timeout: 200_000 },
  )
  const seen = overTlsSchema.parse(JSON.parse(stdout))
  t.equal(seen.refused[0], 401)
  t.match(seen.refused[1], `debug-server app open ${id} files`)
  t.equal(seen.address, `https://files--${id.slice(4)}.localhost:${port}/view/`)
  t.equal(seen.protocol, 'h2')
  t.match(seen.content, 'what stands here')
  t.ok(seen.secure, 'its pass goes over TLS alone')
  t.ok(seen.typed)
  t.equal(seen.lost, 'it was switched off; trying again …')
})
