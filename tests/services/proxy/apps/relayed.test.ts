import { once } from 'node:events'
import { request as ask, type ClientRequest, IncomingMessage } from 'node:http'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { appsSocket } from '../../../../config/workspace.ts'
import { offerCount } from '../../../../lib/listener/offer-count.ts'
import { createInstance } from '../../../../services/store/registration.ts'
import { drainApps } from '../../../../tasks/services/drain-apps.ts'
import { until } from '../../../until.ts'
import { app } from '../../runner/apps/rig.ts'
import { frontRig } from './rig.ts'

t.setTimeout(240_000)

/** Writes answers byte by byte, as each path says, and counts who leaves a stream. */
const raw = `import socket, sys, threading
left = 0
sent = 0
def serve(connection):
    global left, sent
    pending = b""
    while True:
        while b"\\r\\n\\r\\n" not in pending:
            more = connection.recv(65536)
            if not more:
                return
            pending += more
        head, pending = pending.split(b"\\r\\n\\r\\n", 1)
        path = head.split()[1]
        if path == b"/trailers":
            connection.sendall(b"HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n2\\r\\nhi\\r\\n0\\r\\nX-Sum: 7\\r\\nSet-Cookie: auth_token=x\\r\\n\\r\\n")
        elif path == b"/hints":
            connection.sendall(b"HTTP/1.1 103 Early Hints\\r\\nLink: </a.css>; rel=preload\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nhi")
        elif path == b"/refuses":
            connection.sendall(b"HTTP/1.1 417 No\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n")
        elif path == b"/takes":
            connection.sendall(b"HTTP/1.1 100 Continue\\r\\n\\r\\n")
            while len(pending) < 4:
                pending += connection.recv(4)
            connection.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 4\\r\\n\\r\\n" + pending)
            pending = b""
        elif path == b"/words":
            connection.sendall(b"HTTP/1.1 200 caf\\xe9\\r\\nContent-Length: 0\\r\\n\\r\\n")
        elif path == b"/left":
            said = str(left).encode()
            connection.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: " + str(len(said)).encode() + b"\\r\\n\\r\\n" + said)
        elif path == b"/never":
            connection.recv(1)
            left += 1
            return
        elif path == b"/half":
            connection.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 100\\r\\n\\r\\nhalf")
            return
        elif path == b"/half-a-head":
            connection.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Le")
            return
        elif path.startswith(b"/megabytes/"):
            many = int(path[11:])
            connection.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: " + str(many * 1000000).encode() + b"\\r\\n\\r\\n")
            for _ in range(many):
                connection.sendall(b"x" * 1000000)
                sent += 1
        elif path == b"/sent":
            said = str(sent).encode()
            connection.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: " + str(len(said)).encode() + b"\\r\\n\\r\\n" + said)
        elif path == b"/stream":
            connection.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Type: text/event-stream\\r\\n\\r\\n: hi\\n\\n")
            connection.recv(1)
            left += 1
            return
def attended(connection):
    with connection:
        serve(connection)
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen(512)
while True:
    threading.Thread(target=attended, args=(server.accept()[0],), daemon=True).start()
`

async function rawApp(t: Test, options: { answerMs?: number } = {}) {
  const rig = await frontRig(t, { raw: app({ command: ['python3', 'raw.py', '{socket}'] }) }, options)
  const { id } = await rig.sessionOf({ 'raw.py': raw })
  const host = rig.hostOf(id, 'raw')
  const begin = (path: string, headers: Record<string, string> = {}, method = 'GET'): ClientRequest => {
    const asked = ask({
      ...{ host: '127.0.0.1', port: rig.port, agent: false, method },
      ...{ path, headers: { host, ...rig.bearer(rig.alice), ...headers } },
    })
    return asked.on('error', () => {})
  }
  const answerTo = async (asked: ClientRequest) => {
    const [answer] = await once(asked, 'response')
    if (!(answer instanceof IncomingMessage)) throw new TypeError('no answer')
    return answer
  }
  const whole = async (asked: ClientRequest) => {
    const answer = await answerTo(asked)
    let text = ''
    for await (const part of answer.setEncoding('utf8')) text += part
    return { answer, text }
  }
  await until('the app is up', async () =>
    (await whole(begin('/left').end())).answer.statusCode === 200 ? true : undefined,
  )
  return { begin, answerTo, whole, proxy: rig.proxy, root: rig.root }
}

t.test(
  'what an app says beside its answer reaches the client, and what a client asks first the app',
  async t => {
    const { begin, whole } = await rawApp(t)
    const trailing = await whole(begin('/trailers', { te: 'trailers' }).end())
    t.match(trailing, { text: 'hi', answer: { trailers: { 'x-sum': '7' } } })
    t.equal(trailing.answer.trailers['set-cookie'], undefined, 'but no cookie of the server')
    t.same((await whole(begin('/trailers').end())).answer.trailers, {}, 'to who takes them')
    const hinted = begin('/hints')
    const hint = once(hinted, 'information')
    t.equal((await whole(hinted.end())).text, 'hi')
    t.match(await hint, [{ statusCode: 103, headers: { link: '</a.css>; rel=preload' } }])

    const expects = { expect: '100-continue', 'content-length': '4' }
    const refused = begin('/refuses', expects, 'POST')
    let wasAskedFor = false
    refused.on('continue', () => {
      wasAskedFor = true
    })
    refused.flushHeaders()
    t.equal((await whole(refused)).answer.statusCode, 417)
    t.equal(wasAskedFor, false, 'the app decides that')
    const taken = begin('/takes', expects, 'POST')
    taken.once('continue', () => taken.end('body'))
    taken.flushHeaders()
    t.equal((await whole(taken)).text, 'body')

    t.equal((await whole(begin('/words').end())).answer.statusMessage, 'caf\xe9')
  },
)

t.test('many streams to one app leave room for the next request, and each ends with its client', async t => {
  const { begin, answerTo, whole } = await rawApp(t)
  const streams = await Promise.all(Array.from({ length: 100 }, () => answerTo(begin('/stream').end())))
  t.equal(streams.filter(({ statusCode }) => statusCode === 200).length, 100)
  t.equal(streams[0]?.headers['x-accel-buffering'], 'no')
  t.equal((await whole(begin('/left').end())).text, '0')
  for (const stream of streams) stream.on('error', () => {}).destroy()
  await until('the app has seen all of them leave', async () =>
    (await whole(begin('/left').end())).text === '100' ? true : undefined,
  )
})

t.test('answers of apps are waited for before the runner goes, and nothing that has no end', async t => {
  const { begin, answerTo, whole, proxy, root } = await rawApp(t)
  const workspace = { runnerSocket: join(root, 'runner.sock') }
  const instance = createInstance()
  const fail = (error: Error) => t.fail(error.message)
  await using _offer = await offerCount(proxy.appsUnderWay, appsSocket(workspace, instance), fail)
  const logged: string[] = []
  const drain = (drainMs: number) =>
    drainApps(
      { instance },
      { workspace, drainMs, signal: new AbortController().signal, log: line => void logged.push(line) },
    )
  const stream = await answerTo(begin('/stream').end())
  stream.on('error', () => {})
  await until('that is all', () => proxy.appsUnderWay() === 0)
  await drain(60_000)
  t.same(logged, [], 'what is followed goes on elsewhere')

  const asked = begin('/never').end()
  await until('it is asked', () => proxy.appsUnderWay() === 1)
  await drain(0)
  t.same(logged, [])
  await drain(300)
  t.same(logged.splice(0), [
    'waiting up to 0.3 s for 1 answer of apps; --drain 0 does not wait',
    'breaks off with the runner: 1 answer of apps',
  ])
  const draining = drain(60_000)
  await until('it is waited for', () => logged.length === 1)
  asked.destroy()
  await draining
  t.equal(logged.length, 1)
  await until('the app is served on', async () =>
    (await whole(begin('/left').end())).text === '1' ? true : undefined,
  )
  stream.destroy()
})

t.test(
  'an app that never answers, or answers half, is told as that, and the next request is served',
  async t => {
    const { begin, answerTo, whole } = await rawApp(t, { answerMs: 1_000 })
    t.equal((await whole(begin('/left').end())).text, '0')
    t.match(await whole(begin('/never').end()), {
      answer: { statusCode: 504 },
      text: /"code":"upstream_timeout"/,
    })
    await until('it is let go of', async () =>
      (await whole(begin('/left').end())).text === '1' ? true : undefined,
    )
    t.match(await whole(begin('/half-a-head').end()), {
      answer: { statusCode: 502 },
      text: /"code":"app_unreachable"/,
    })
    const half = await answerTo(begin('/half').end())
    t.equal(half.statusCode, 200)
    await t.rejects(half.toArray(), { message: 'aborted' }, 'it does not look whole')
    t.equal((await whole(begin('/left').end())).text, '1')
  },
)

t.test('1 GB of an app comes no faster than it is taken, and ends with who leaves', async t => {
  const { begin, answerTo, whole } = await rawApp(t)
  const sent = async () => Number((await whole(begin('/sent').end())).text)
  const left = await answerTo(begin('/megabytes/1000').end())
  left.on('error', () => {})
  let [before, looks] = [-1, 0]
  await until('the app is held back', async () => {
    const now = await sent()
    looks = now === before ? looks + 1 : 0
    before = now
    await new Promise(resolve => setTimeout(resolve, 50))
    return looks > 5 ? true : undefined
  })
  t.ok(before < 50, `${before} MB are on their way`)
  left.destroy()
  let length = 0
  for await (const part of await answerTo(begin('/megabytes/150').end())) length += part.length
  t.equal(length, 150_000_000)
  t.ok((await sent()) < 200, 'who left had no more of it')
})
