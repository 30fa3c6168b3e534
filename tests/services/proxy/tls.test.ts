import { once } from 'node:events'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { get } from 'node:https'
import { connect as connectPlainly } from 'node:net'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { connect, type TLSSocket } from 'node:tls'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { WebSocket, WebSocketServer } from 'ws'
import { UserError } from '../../../lib/user-error.ts'
import { readCertificate } from '../../../services/proxy/tls/certificate.ts'
import { watchCertificate } from '../../../services/proxy/tls/kept-certificate.ts'
import { until } from '../api/until.ts'
import { certificates } from './certificates.ts'
import { startRig as startProxyRig } from './rig.ts'

async function startRig(t: Test) {
  const made = certificates(t)
  made.make('first')
  const logged: string[] = []
  const log = pino(
    new Writable({
      write(line, _, done) {
        logged.push(`${line}`)
        done()
      },
    }),
  )
  const rig = await startProxyRig(t, (request, response) => response.end(JSON.stringify(request.headers)), {
    log,
    tls: { ...made.files, host: '127.0.0.1', port: 0, lookEvery: 20 },
  })
  const url = rig.proxy.secureUrl
  if (url === undefined) throw new Error('it listens for TLS')
  const port = Number(new URL(url).port)
  const dial = async (): Promise<TLSSocket> => {
    const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    return socket
  }
  const subject = async () => {
    const socket = await dial()
    const { CN } = socket.getPeerCertificate().subject
    socket.destroy()
    return CN
  }
  return { ...rig, ...made, logged, port, dial, subject }
}

t.test('what is asked over TLS arrives, and that it was TLS', async t => {
  const { port, files, proxy } = await startRig(t)
  const ca = readFileSync(files.certificate)
  const answer = await new Promise<string>((resolve, reject) => {
    get({ port, host: '127.0.0.1', servername: 'localhost', ca }, response => resolve(text(response))).on(
      'error',
      reject,
    )
  })
  t.match(JSON.parse(answer), { 'x-forwarded-proto': 'https', 'x-forwarded-for': '127.0.0.1' })
  t.match(
    await (await fetch(proxy.url)).json(),
    { 'x-forwarded-proto': 'http' },
    'the other port is as it was',
  )
})

t.test('a WebSocket goes through TLS', async t => {
  const { port, upstream } = await startRig(t)
  new WebSocketServer({ server: upstream }).on('connection', socket =>
    socket.on('message', data => socket.close(4001, `${data}`)),
  )
  const socket = new WebSocket(`wss://127.0.0.1:${port}`, { rejectUnauthorized: false })
  await once(socket, 'open')
  socket.send('hello')
  const [code, reason] = await once(socket, 'close')
  t.equal(code, 4001)
  t.equal(`${reason}`, 'hello')
})

t.test('another certificate is used once it is there; who is connected stays so', async t => {
  const { make, subject, dial } = await startRig(t)
  const before = await dial()
  t.equal(await subject(), 'first')
  make('second')
  await until(async () => (await subject()) === 'second', 'the second one is used')
  before.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  t.match(`${await once(before, 'data')}`, 'HTTP/1.1 200')
  before.destroy()
})

t.test('one that is not valid never is, and that is told', async t => {
  const { make, files, subject, logged } = await startRig(t)
  const told = (text: RegExp) => until(() => text.test(logged.join('')), `it tells ${text}`)
  writeFileSync(files.certificate, 'no certificate')
  await told(/the certificate before is kept: .*cert\.pem holds no certificate in PEM/)
  t.equal(await subject(), 'first')
  make('second')
  await until(async () => (await subject()) === 'second', 'a valid one is')
  chmodSync(files.key, 0o644)
  await told(/the certificate before is kept: others than its owner may use the key/)
  t.equal(await subject(), 'second')
  t.notMatch(logged.join(''), 'PRIVATE KEY')
})

t.test(
  'one that could not be read for a reason that passes is read again, and each is told once',
  async t => {
    const { make, files } = certificates(t)
    make('one')
    const current = await readCertificate(files)
    const log: string[] = []
    const tell = (_: unknown, text?: string) => void log.push(text ?? `${_}`)
    const day = 86_400_000
    let failures = 3
    let now = current.validTo.getTime() - 8 * day
    let looks = 0
    /** At the end of each look. */
    const clock = {
      now: () => {
        looks++
        return now
      },
    }
    const looked = (more: number) => {
      const enough = looks + more
      return until(() => looks >= enough, 'it is looked at again')
    }
    const used: Date[] = []
    using _ = watchCertificate(files, {
      ...{ current, every: 5, clock },
      log: Object.assign(pino({ level: 'silent' }), { error: tell, info: tell }),
      use: ({ validTo }) => void used.push(validTo),
      async read(files) {
        if (failures-- > 0) throw new UserError('too many files are open')
        return readCertificate(files)
      },
    })
    await looked(1)
    t.same(log, [])
    make('two')
    await until(() => used.length === 1, 'it is used in the end')
    t.same(log, [
      'the certificate before is kept: too many files are open',
      'another certificate is used from now on',
    ])
    now += 2 * day
    await until(() => log.at(-1) === 'the certificate expires soon', 'its end is told')
    now += 7 * day
    await until(() => log.at(-1) === 'the certificate has expired', 'and that it is there')
    await looked(3)
    t.equal(log.length, 4)
    t.equal(used.length, 1)
  },
)

t.test('a key that others may read, or of another certificate, keeps it from starting', async t => {
  const { make, files } = certificates(t)
  const tls = { ...files, host: '127.0.0.1', port: 0, lookEvery: 1_000 }
  const start = () => startProxyRig(t, () => {}, { tls })
  await t.rejects(start(), { message: /cert\.pem cannot be read: no such file/ })
  make('one')
  chmodSync(files.key, 0o640)
  await t.rejects(start(), { message: /others than its owner/, fix: /^chmod 600 / })
  const key = readFileSync(files.key)
  make('another')
  writeFileSync(files.key, key)
  await t.rejects(start(), { message: /key\.pem is not the key of .*cert\.pem/ })
})

t.test('old versions are refused, and who never shakes hands is cut', async t => {
  const made = certificates(t)
  made.make('one')
  const { proxy } = await startProxyRig(t, () => {}, {
    tls: { ...made.files, host: '127.0.0.1', port: 0, lookEvery: 1_000 },
    limits: { head: 300 },
  })
  const port = Number(new URL(proxy.secureUrl ?? '').port)
  const old = connect({
    port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    maxVersion: 'TLSv1.1',
    minVersion: 'TLSv1',
  })
  t.match(await once(old, 'error'), [{ code: /^(?:ERR_SSL|ECONNRESET|EPROTO)/ }])
  const silent = connectPlainly(port, '127.0.0.1')
  await once(silent, 'close')
  t.ok(silent.closed)
})

t.test('who never shakes hands holds up no stop', async t => {
  const { port, proxy, dial } = await startRig(t)
  const silent = connectPlainly(port, '127.0.0.1')
    .on('error', () => {})
    .resume()
  await once(silent, 'connect')
  // One that came after it has been accepted, so that one has as well.
  ;(await dial()).destroy()
  const began = performance.now()
  await Promise.all([proxy[Symbol.asyncDispose](), once(silent, 'close')])
  t.ok(performance.now() - began < 4_000, 'nor until it is cut for being late')
})
