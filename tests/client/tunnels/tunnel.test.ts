import { execFile, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import t from 'tap'
import { until } from '../../until.ts'
import { commandLine } from '../dap/attached.ts'
import { dapRig } from '../dap/dap-rig.ts'
import { listening, tunnelled } from './tunnel-rig.ts'

t.setTimeout(300_000)

const missing = (...names: string[]): false | string => {
  const lacks = names.filter(name => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0)
  return lacks.length > 0 && `${lacks.join(', ')} is not installed`
}

const echo = `import socket, sys, threading
family, where = (socket.AF_UNIX, sys.argv[1]) if len(sys.argv) > 1 else (socket.AF_INET, ("127.0.0.1", 0))
server = socket.socket(family)
server.bind(where)
server.listen()
print("at", server.getsockname()[1], flush=True)
def serve(peer):
    while True:
        data = peer.recv(65536)
        if not data:
            break
        peer.sendall(data)
    peer.sendall(b"bye")
    peer.close()
while True:
    threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
`
const program = `#include <stdio.h>
int twice(int n) {
  return 2 * n;
}
int main(void) { printf("%d\\n", twice(21)); return 7; }
`

async function through(port: number, bytes: Buffer): Promise<Buffer> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.end(bytes)
  return await buffer(socket).catch(() => Buffer.alloc(0))
}

t.test('bytes go both ways, to the end of each', async t => {
  const { client, session, server } = await dapRig(t, { 'echo.py': echo })
  const { said } = await listening(client, session, ['python3', 'echo.py'], /at (\d+)/)
  const {
    port,
    child,
    said: told,
  } = await tunnelled(t, server, session, ['--port', `${said[1]}`, '--listen', '0'])
  const bytes = Buffer.alloc(3_000_000, 'bytes of all kinds \u0000\u00ff')
  const answers = await Promise.all([
    through(port, bytes),
    through(port, Buffer.from('x')),
    through(port, Buffer.alloc(0)),
  ])
  t.ok(answers[0]?.equals(Buffer.concat([bytes, Buffer.from('bye')])), 'large, in both directions at once')
  t.same(answers.slice(1).map(String), ['xbye', 'bye'])

  const single = commandLine(t, server, ['tunnel', session, '--port', `${said[1]}`, '--stdio'], '/')
  single.stdin?.end('over stdio')
  if (single.stdout === null) throw new Error('it is a pipe')
  t.equal(`${await buffer(single.stdout)}`, 'over stdiobye')

  const open = connect(port, '127.0.0.1').on('error', () => undefined)
  await once(open, 'connect')
  open.write('y')
  await once(open, 'data')
  const closed = once(open, 'close')
  await client.sessions.stop({ session, wait: 20 })
  await closed
  t.equal(`${await through(port, Buffer.from('z'))}`, '', 'nothing leads there any more')
  await until('the reason', () => /does not run|listens on port/.test(told.stderr))
  child.kill('SIGTERM')
  t.same(await once(child, 'exit'), [143, null])
})

t.test("a port that is not the session's is refused, whoever listens there", async t => {
  const { client, session, server } = await dapRig(t, { 'echo.py': echo })
  const host = createServer(socket => socket.end('of the host')).listen(0, '127.0.0.1')
  await once(host, 'listening')
  t.teardown(async () => void host.close())
  const address = host.address()
  const taken = typeof address === 'object' && address !== null ? address.port : 0
  const other = await client.sessions.create({ repository: 'demo', wait: 20 })
  const { said } = await listening(client, other.id, ['python3', 'echo.py'], /at (\d+)/)
  for (const [port, why] of [
    [taken, /no port of this session's: another program of the host/],
    [Number(said[1]), /no port of this session's/],
    [1, /no program of this session listens on port 1/],
  ] as const) {
    const { port: here, said: told } = await tunnelled(t, server, session, [
      '--port',
      `${port}`,
      '--listen',
      '0',
    ])
    t.equal(`${await through(here, Buffer.from('secret?'))}`, '', `${port}`)
    await until('why', () => why.test(told.stderr))
  }
  const refused = commandLine(t, server, ['tunnel', session, '--port', `${taken}`, '--stdio'], '/')
  t.match(await once(refused, 'exit'), [1])
  const wrong = commandLine(t, server, ['tunnel', session], '/')
  t.match(await once(wrong, 'exit'), [2])
})

t.test('a unix socket is opened where the session is', async t => {
  const { client, session, server } = await dapRig(t, { 'echo.py': echo })
  await listening(client, session, ['python3', 'echo.py', 'app.sock'], /at/)
  const { port } = await tunnelled(t, server, session, ['--socket', 'app.sock'])
  t.equal(`${await through(port, Buffer.from('hello '))}`, 'hello bye')
  const { port: nowhere, said } = await tunnelled(t, server, session, ['--socket', 'nothing.sock'])
  t.equal(`${await through(nowhere, Buffer.from('x'))}`, '')
  await until('why', () => /No such file/.test(said.stderr))
})

t.test('gdb debugs a program of the session', { skip: missing('gdb', 'gdbserver', 'gcc') }, async t => {
  const { client, session, server, local } = await dapRig(t, { 'app.c': program })
  await client.commands.run({ session, command: ['gcc', '-g', 'app.c', '-o', 'app'], wait: 60 })
  spawnSync('gcc', ['-g', 'app.c', '-o', 'app'], { cwd: local })
  const { said } = await listening(
    client,
    session,
    ['gdbserver', '--once', '127.0.0.1:0', './app'],
    /Listening on port (\d+)/,
  )
  const { port } = await tunnelled(t, server, session, ['--port', `${said[1]}`, '--listen', '0'])
  const commands = [
    `target remote 127.0.0.1:${port}`,
    'break twice',
    'continue',
    'print n',
    'backtrace',
    'continue',
  ]
  const args = ['-nx', '-batch', ...commands.flatMap(command => ['-ex', command]), 'app']
  const { stdout } = await promisify(execFile)('gdb', args, { cwd: local, timeout: 120_000 })
  t.match(stdout, /Breakpoint 1, twice \(n=21\)/)
  t.match(stdout, /\$1 = 21/)
  t.match(stdout, /exited with code 07/)
})

const lldb = ['lldb-19', 'lldb'].find(name => missing(name) === false)
const lldbServer = ['/usr/lib/llvm-19/bin/lldb-server'].find(name => missing(name) === false)

t.test(
  'lldb does, too',
  { skip: (lldb === undefined || lldbServer === undefined) && 'lldb-19 is not installed' },
  async t => {
    const { client, session, server, local } = await dapRig(t, { 'app.c': program })
    await client.commands.run({ session, command: ['gcc', '-g', 'app.c', '-o', 'app'], wait: 60 })
    spawnSync('gcc', ['-g', 'app.c', '-o', 'app'], { cwd: local })
    const port = await freePort()
    await listening(
      client,
      session,
      ['sh', '-c', `echo begun; exec ${lldbServer} gdbserver 127.0.0.1:${port} -- ./app`],
      /begun/,
    )
    const { port: here } = await tunnelled(t, server, session, ['--port', `${port}`, '--listen', '0'])
    await until('the server to listen', async () => portListens(port))
    const commands = [
      'target create app',
      `gdb-remote 127.0.0.1:${here}`,
      'breakpoint set -n twice',
      'continue',
      'frame variable n',
      'continue',
    ]
    const args = ['--no-lldbinit', '--batch', ...commands.flatMap(command => ['-o', command])]
    const { stdout } = await promisify(execFile)(lldb ?? '', args, { cwd: local, timeout: 120_000 })
    t.match(stdout, /stop reason = breakpoint/)
    t.match(stdout, /\(int\) n = 21/)
    t.match(stdout, /exited with status = 7/)
  },
)

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Without connecting: such a server takes one connection. */
async function portListens(port: number): Promise<boolean> {
  const { tcpSockets } = await import('../../../lib/tcp-table.ts')
  return ((await tcpSockets()) ?? []).some(({ listens, local }) => listens && local.port === port)
}
