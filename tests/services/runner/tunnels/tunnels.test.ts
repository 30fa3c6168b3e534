import { homedir } from 'node:os'
import { buffer } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { dialTunnel } from '../../../../services/api/tunnels/dial-tunnel.ts'
import type { SessionId } from '../../../../services/contract/ids.ts'
import type { TunnelTarget } from '../../../../services/contract/tunnel.ts'
import { findSandbox } from '../../../../services/runner/sandbox/sandbox.ts'
import { type RunnerRig, runnerRig } from '../rig.ts'

t.setTimeout(120_000)
const sandbox = await findSandbox('auto', process.env.PATH ?? '')
if (sandbox.kind === 'none' && process.env.CI === 'true') throw new Error(sandbox.reason)
const skip = sandbox.kind === 'none' ? sandbox.reason : false

const echo = `import socket, sys
kind, where = (socket.AF_UNIX, sys.argv[2]) if sys.argv[1] == "unix" else (socket.AF_INET, ("127.0.0.1", int(sys.argv[2])))
server = socket.socket(kind)
server.bind(where)
server.listen()
print("at", server.getsockname()[1], flush=True)
while True:
    peer = server.accept()[0]
    peer.sendall(b"from the session: " + peer.recv(100))
    peer.close()
`

async function through(rig: RunnerRig, session: SessionId, target: TunnelTarget): Promise<string> {
  const dialled = await dialTunnel(rig.socket, { session, target }, AbortSignal.timeout(30_000))
  if (!dialled.ok) return `${dialled.code}: ${dialled.detail}`
  const { value: socket } = dialled
  socket.end('hello')
  return `${await buffer(socket)}`
}

/** A session with a program that listens. */
async function listening(t: Test, offline: boolean, ...args: string[]) {
  const sandbox = { mode: 'bubblewrap', own: [], visible: [], home: homedir() } as const
  const rig = await runnerRig(t, { sandbox })
  const session = await rig.session(await rig.repository({ 'echo.py': echo }), { offline })
  const command = await rig.queue(session, ['python3', 'echo.py', ...args])
  const said = await rig.printed(session.id, command, /at \S+\n/)
  return { rig, session, port: Number(said.trim().split(' ')[1]) }
}

t.test('a port of a sandbox that shares the network of the host', { skip }, async t => {
  const { rig, session, port } = await listening(t, false, 'tcp', '0')
  t.equal(await through(rig, session.id, { port }), 'from the session: hello')
  t.match(
    await through(rig, session.id, { port: 1 }),
    /not_found: no program of this session listens on port 1/,
  )
})

t.test('a port of a network of its own, which the host has not', { skip }, async t => {
  const { rig, session } = await listening(t, true, 'tcp', '4711')
  t.equal(await through(rig, session.id, { port: 4711 }), 'from the session: hello')
  t.match(await through(rig, session.id, { port: 4712 }), /not_found/)
})

t.test('a unix socket is looked for inside, and nothing of the host is found', { skip }, async t => {
  const { rig, session } = await listening(t, false, 'unix', 'app.sock')
  t.equal(await through(rig, session.id, { socket: 'app.sock' }), 'from the session: hello')
  t.match(
    await through(rig, session.id, { socket: rig.socket }),
    /not_found: there is no way to it: (?:No such|Connection)/,
  )
})

t.test('a session that does not run has no ways in', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())
  const other = session.id.replace(/.$/, last => (last === '0' ? '1' : '0')) as SessionId
  t.match(await through(rig, other, { port: 80 }), /session_ended/)
})
