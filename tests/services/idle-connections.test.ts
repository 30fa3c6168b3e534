import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { serverSchema } from '../../config/schema.ts'
import { startFrontDoor } from './api/front-door.ts'
import { handshake } from './api/raw-websocket.ts'
import { startRig } from './api/rig.ts'
import { until } from './api/until.ts'

/** Connections on which nothing happens, or little, to both servers that can be reached. */

t.setTimeout(120_000)

const most = 5_000
/** So many clients connect at the same time: a backlog that is full would have the system wait a second. */
const together = 250

async function manyTo(t: Test, url: string, count: number, said: string): Promise<Socket[]> {
  const port = Number(new URL(url).port)
  const sockets: Socket[] = []
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
  })
  while (sockets.length < count) {
    const dialled = Array.from({ length: Math.min(together, count - sockets.length) }, () =>
      connect(port, '127.0.0.1').on('error', () => {}),
    )
    sockets.push(...dialled)
    await Promise.all(dialled.map(socket => once(socket, 'connect')))
    for (const socket of dialled) if (said !== '') socket.write(said)
  }
  return sockets
}

const open = (sockets: readonly Socket[]): number => sockets.filter(socket => !socket.closed).length

async function doors(t: Test, head = 30_000) {
  const rig = await startRig(t, { limits: { head, request: head } })
  const proxy = await startFrontDoor(t, rig, { limits: { head, request: head } })
  const ask = async (url: string): Promise<number> => {
    const headers = { authorization: `Bearer ${rig.alice.secret}` }
    return (await fetch(`${url}/whoami`, { headers, signal: AbortSignal.timeout(5_000) })).status
  }
  return { rig, ask, urls: { API: rig.api.url, proxy: proxy.url } }
}

for (const name of ['API', 'proxy'] as const)
  t.test(`${name}: 5,000 connections on which nothing is asked for keep nobody out`, async t => {
    const { ask, urls } = await doors(t)
    const before = process.memoryUsage.rss()
    const silent = await manyTo(t, urls[name], most, '')
    t.equal(await ask(urls[name]), 200)
    t.equal(open(silent), most, 'there is room for them')
    const each = (process.memoryUsage.rss() - before) / most
    t.ok(each < 40_000, `${Math.round(each)} bytes of this process for both ends of each`)
  })

for (const name of ['API', 'proxy'] as const)
  t.test(`${name}: who sends a request or an upgrade slowly is cut`, async t => {
    const { ask, urls } = await doors(t, 1_500)
    const lines = Object.entries(handshake).map(([header, value]) => `${header}: ${value}\r\n`)
    for (const said of [
      'GET /events HTTP/1.1\r\nHost: a\r\n',
      `GET /events HTTP/1.1\r\nHost: a\r\n${lines.join('')}X-Slow: `,
      `POST /auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{`,
    ]) {
      const slow = await manyTo(t, urls[name], 200, said)
      const answers = slow.map(socket => {
        let text = ''
        socket.setEncoding('latin1').on('data', chunk => {
          text += chunk
        })
        return () => text
      })
      t.equal(await ask(urls[name]), 200)
      await until(() => open(slow) === 0, 'all of them are gone')
      for (const answer of answers)
        if (!/^HTTP\/1\.1 408 .*"request_timeout"/s.test(answer())) t.fail(answer())
    }
  })

t.test('one connection too many at the front door costs the idlest', async t => {
  const rig = await startRig(t)
  const proxy = await startFrontDoor(t, rig, { connections: 50 })
  const idle = await manyTo(t, proxy.url, 200, '')
  t.equal((await fetch(`${proxy.url}/healthz`)).status, 200)
  await until(() => open(idle) <= 50, 'the oldest are gone')
  t.ok(
    idle.slice(-20).every(socket => !socket.closed),
    'the latest are not',
  )
})

for (const name of ['API', 'proxy'] as const)
  t.test(
    `${name}: requests that are half sent keep nobody out, and what is asked for is not cut`,
    async t => {
      const connections = 50
      const { api: requests } = serverSchema.parse({ api: name === 'API' ? { connections } : {} })
      const rig = await startRig(t, { requests })
      const proxy = await startFrontDoor(t, rig, name === 'proxy' ? { connections } : {})
      const url = name === 'API' ? rig.api.url : proxy.url
      await rig.repository()
      const { commands } = await rig.session(['sleep 100'])
      const headers = { authorization: `Bearer ${rig.alice.secret}` }
      const waiting = fetch(`${url}/commands/${commands[0]}?wait=60`, { headers })
      await until(() => rig.api.changes.watching === 1, 'one waits for an answer')
      const said =
        'POST /auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 50\r\nExpect: 100-continue\r\n\r\n'
      const slow: Socket[] = []
      for (let n = 0; n < 2 * connections; n++) {
        const [socket] = await manyTo(t, url, 1, said)
        if (socket === undefined) throw new Error('there is one')
        slow.push(socket)
        // Its head has been read, and its body is waited for.
        await Promise.race([once(socket, 'data'), once(socket, 'close')])
      }
      for (let n = 0; n < 5; n++) t.equal((await fetch(`${url}/api/healthz`, { headers })).status, 200)
      await until(() => open(slow) <= connections, 'the oldest are gone')
      t.equal(rig.api.changes.watching, 1, 'who waits still does')
      await rig.api[Symbol.asyncDispose]()
      t.equal((await waiting).status, 200)
    },
  )
