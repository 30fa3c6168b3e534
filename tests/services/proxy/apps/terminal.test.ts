import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { WebSocket } from 'ws'
import { declaredApps } from '../../../../config/apps.ts'
import { ownRoot } from '../../../../config/workspace.ts'
import { revokeToken } from '../../../../services/store/tokens.ts'
import { until } from '../../../until.ts'
import { app } from '../../runner/apps/rig.ts'
import { frontRig } from './rig.ts'

t.setTimeout(240_000)

/** One that has sent what it had to send first; what it hears of output. */
function terminal(url: string, headers: Record<string, string>) {
  const socket = new WebSocket(url, ['tty'], { headers })
  const heard = { text: '', code: 0, reason: '' }
  socket.on('error', () => undefined)
  socket.once('open', () =>
    socket.send(Buffer.from(JSON.stringify({ AuthToken: '', columns: 80, rows: 24 })), { binary: true }),
  )
  socket.on('message', (data: Buffer) => {
    if (data[0] === 0x30) heard.text += data.subarray(1).toString()
  })
  socket.once('close', (code, reason) => Object.assign(heard, { code, reason: `${reason}` }))
  return { socket, heard, type: (text: string) => socket.send(Buffer.from(`0${text}`), { binary: true }) }
}

t.test(
  'a terminal is accepted at once, connected once its app is up, and is the same for who comes again',
  async t => {
    const declared = declaredApps(ownRoot).get('terminal')
    if (declared === undefined) throw new Error('the project has one')
    const rig = await frontRig(t, { terminal: declared })
    const { id } = await rig.sessionOf({ 'here.txt': 'a worktree\n' })
    const url = `ws://127.0.0.1:${rig.port}/sessions/${id}/terminal`
    const first = terminal(url, rig.bearer(rig.alice))
    await until('it to be accepted', () => (first.socket.readyState === WebSocket.OPEN ? true : undefined))
    first.type('cat here.txt; echo $((6 * 7))\r')
    await until('what was typed to be done', () =>
      /a worktree\s+42/.test(first.heard.text) ? true : undefined,
    )
    first.socket.close()
    const again = terminal(
      `${url.replace('sessions', 'session').replace('terminal', 'term')}`,
      rig.bearer(rig.alice),
    )
    await until('the same terminal', () => (again.heard.text.includes('42') ? true : undefined))
    again.type('exit 3\r')
    await until('its end', () => (again.heard.code !== 0 ? true : undefined))
    t.match(again.heard, { code: 1000, reason: 'exited with 3' })

    const own = new WebSocket(`ws://127.0.0.1:${rig.port}/ws`, ['tty'], {
      headers: { host: rig.hostOf(id, 'terminal'), cookie: await rig.pass(id, 'terminal') },
    })
    const [status] = await new Promise<[number | undefined]>(resolve =>
      own
        .once('unexpected-response', (_, { statusCode }) => resolve([statusCode]))
        .on('error', () => undefined),
    )
    t.equal(status, 403, 'a cookie counts for nothing without the origin of the page')
  },
)

t.test('one that was accepted is told when the proxy goes away, before its app is up', async t => {
  const slow = app({ command: ['sh', '-c', 'sleep 600', '{socket}'] })
  const rig = await frontRig(t, { terminal: slow })
  const { id } = await rig.sessionOf({ 'x.txt': '' })
  const waiting = terminal(`ws://127.0.0.1:${rig.port}/sessions/${id}/terminal`, rig.bearer(rig.alice))
  await until('it to be accepted', () => (waiting.socket.readyState === WebSocket.OPEN ? true : undefined))
  await rig.proxy[Symbol.asyncDispose]()
  await until('its end', () => (waiting.heard.code !== 0 ? true : undefined))
  t.match(waiting.heard, { code: 1001, reason: 'proxy stopping' })
})

t.test('one that cannot come up is closed with the reason', async t => {
  const broken = app({ command: ['sh', '-c', 'exit 4', '{socket}'] })
  const rig = await frontRig(t, { terminal: broken })
  const { id } = await rig.sessionOf({ 'x.txt': '' })
  const { heard } = terminal(`ws://127.0.0.1:${rig.port}/sessions/${id}/terminal`, rig.bearer(rig.alice))
  await until('its end', () => (heard.code !== 0 ? true : undefined))
  t.match(heard, { code: 1013, reason: /^the app terminal has failed: it exited with code 4/ })
})

t.test('who may use a session no more is cut off, in whatever way they came', async t => {
  const declared = declaredApps(ownRoot).get('terminal')
  if (declared === undefined) throw new Error('the project has one')
  const rig = await frontRig(t, { terminal: declared }, { lookMs: 50 })
  const { id } = await rig.sessionOf({ 'here.txt': 'a worktree\n' })
  const url = `ws://127.0.0.1:${rig.port}/sessions/${id}/terminal`
  const early = terminal(url, rig.bearer(rig.alice))
  await until('it to be accepted', () => (early.socket.readyState === WebSocket.OPEN ? true : undefined))
  early.type('cat here.txt\r')
  await until('it to be connected', () => (early.heard.text.includes('a worktree') ? true : undefined))
  const late = terminal(url, rig.bearer(rig.alice))
  const host = rig.hostOf(id, 'terminal')
  const page = terminal(`ws://127.0.0.1:${rig.port}/ws`, {
    ...{ host, origin: `http://${host}`, cookie: await rig.pass(id, 'terminal') },
  })
  for (const { heard } of [late, page])
    await until('it to be connected', () => (heard.text.includes('a worktree') ? true : undefined))
  t.ok(await revokeToken(rig.store, rig.alice.tokenId, rig.now()))
  for (const { heard } of [early, late, page])
    await until('its end', () => (heard.code === 1006 ? true : undefined))
})

t.test('signs of life pass through one that was accepted early, whatever else it would speak', async t => {
  const pings = `import base64, hashlib, socket, sys, time
time.sleep(1)
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen()
while True:
    way, _ = server.accept()
    asked = piece = way.recv(65536)
    while piece and not asked.endswith(b"\\r\\n\\r\\n"):
        piece = way.recv(65536)
        asked += piece
    keys = [line.split(b": ")[1] for line in asked.split(b"\\r\\n") if line.lower().startswith(b"sec-websocket-key:")]
    if not keys:
        continue
    agreed = base64.b64encode(hashlib.sha1(keys[0] + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
    way.sendall(b"HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Protocol: tty\\r\\n")
    way.sendall(b"Sec-WebSocket-Accept: " + agreed + b"\\r\\n\\r\\n" + b"\\x89\\x02hi")
    frame = way.recv(65536)
    said = bytes(byte ^ frame[2 + at % 4] for at, byte in enumerate(frame[6:]))
    way.sendall(b"\\x82\\x03" + frame[:1] + said)
`
  const rig = await frontRig(t, { terminal: app({ command: ['python3', 'pings.py', '{socket}'] }) })
  const { id } = await rig.sessionOf({ 'pings.py': pings })
  const socket = new WebSocket(`ws://127.0.0.1:${rig.port}/sessions/${id}/terminal`, ['other', 'tty'], {
    headers: rig.bearer(rig.alice),
  })
  const heard: string[] = []
  socket.on('ping', data => heard.push(`ping ${data}`))
  socket.on('pong', data => heard.push(`pong ${data}`))
  socket.on('message', (data: Buffer) => heard.push(data.toString('latin1')))
  socket.once('open', () => socket.ping('early'))
  await until('all of it', () => (heard.length === 3 ? true : undefined))
  t.same(heard, ['pong early', 'ping hi', '\x8ahi'], 'its answer is that of the client')
  t.equal(socket.protocol, 'tty')
  socket.close()
})

t.test('a terminal that does not agree is closed with the reason, whatever was asked for', async t => {
  const declared = declaredApps(ownRoot).get('terminal')
  if (declared === undefined) throw new Error('the project has one')
  const rig = await frontRig(t, { terminal: declared })
  const { id } = await rig.sessionOf({ 'x.txt': '' })
  const asked = request({
    ...{ host: '127.0.0.1', port: rig.port, path: `/sessions/${id}/terminal?id=a#b` },
    headers: {
      ...rig.bearer(rig.alice),
      ...{ connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-protocol': 'tty' },
      ...{ 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-version': '13' },
    },
  })
  const said = new Promise<string>((resolve, reject) => {
    asked.once('upgrade', (_, socket, head) => {
      socket.unshift(head)
      text(socket).then(resolve, reject)
      // Its side is to be closed, too: who gets a close frame answers it.
      socket.once('data', () => socket.end())
    })
    asked.once('error', reject)
  })
  asked.end()
  t.match(await said, 'the terminal does not answer')
  t.match(await rig.send('/healthz'), { status: 200 })
})
