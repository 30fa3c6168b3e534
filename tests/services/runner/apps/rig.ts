import { homedir } from 'node:os'
import { buffer } from 'node:stream/consumers'
import type { Test } from 'tap'
import { type AppSettings, appSchema } from '../../../../config/app-schema.ts'
import { dialTunnel } from '../../../../services/api/tunnels/dial-tunnel.ts'
import type { SessionId } from '../../../../services/contract/ids.ts'
import type { TunnelTarget } from '../../../../services/contract/tunnel.ts'
import type { RunnerDependencies } from '../../../../services/runner/runner-dependencies.ts'
import { findSandbox } from '../../../../services/runner/sandbox/sandbox.ts'
import { type RunnerRig, runnerRig } from '../rig.ts'

const sandbox = await findSandbox('auto', process.env.PATH ?? '')
if (sandbox.kind === 'none' && process.env.CI === 'true') throw new Error(sandbox.reason)
export const noSandbox = sandbox.kind === 'none' ? sandbox.reason : false

/** Answers every request with its path and what it finds in its environment; `/end` ends it. */
export const site = `import http.server, os, socketserver, sys
class Site(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/end":
            print("the last words", flush=True)
            os._exit(3)
        body = (self.path + " " + os.environ.get("GREETING", "") + " in " + os.getcwd()).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def address_string(self):
        return "somebody"
if sys.argv[1] == "--socket":
    server = socketserver.ThreadingUnixStreamServer(sys.argv[2], Site)
else:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Site)
server.serve_forever()
`

export const app = (settings: Partial<AppSettings> & Pick<AppSettings, 'command'>): AppSettings =>
  appSchema.parse(settings)

export const onSocket = app({
  command: ['python3', 'site.py', '--socket', '{socket}'],
  environment: { GREETING: 'hello from {session}' },
  ready: '/',
})
export const onPort = app({ command: ['python3', 'site.py', '--port', '{port}'] })

/** A runner whose sessions may have these apps, kept apart where the host can do that. */
export const appsRig = (
  t: Test,
  apps: Record<string, AppSettings>,
  { visible = [], ...options }: Partial<RunnerDependencies> & { visible?: readonly string[] } = {},
): Promise<RunnerRig> =>
  runnerRig(t, {
    ...(noSandbox === false
      ? { sandbox: { mode: 'bubblewrap', own: [], visible, home: homedir() } as const }
      : {}),
    apps: new Map(Object.entries(apps)),
    ...options,
  })

/** What comes back for a request over a way of its own; a refusal as `code: detail`. */
export async function get(
  rig: Pick<RunnerRig, 'socket'>,
  session: SessionId,
  target: TunnelTarget,
  path = '/',
): Promise<string> {
  const dialled = await dialTunnel(rig.socket, { session, target }, AbortSignal.timeout(60_000))
  if (!dialled.ok) return `${dialled.code}: ${dialled.detail}`
  dialled.value.end(`GET ${path} HTTP/1.0\r\n\r\n`)
  return `${await buffer(dialled.value)}`
}

export const patient = (name: string): TunnelTarget => ({ app: name, patience_ms: 60_000 })
