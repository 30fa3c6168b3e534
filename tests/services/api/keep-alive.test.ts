import { EventEmitter } from 'node:events'
import t from 'tap'
import type { WebSocket } from 'ws'
import { keepAlive } from '../../../services/api/websocket/keep-alive.ts'
import { highWater } from '../../../services/api/websocket/send-frame.ts'
import { until } from './until.ts'

/** What of a WebSocket is used: its pings leave, and are answered, as the test says. */
class Client extends EventEmitter {
  bufferedAmount = 0
  answers = true
  /** Whether pings leave for the system. */
  leaves = true
  pings = 0
  readonly pongs: string[] = []

  ping(_data: unknown, _mask: unknown, sent: () => void): void {
    this.pings++
    if (!this.leaves) return
    sent()
    if (this.answers) this.emit('pong')
  }

  pong(data: Buffer): void {
    this.pongs.push(`${data}`)
  }
}

function keep(client: Client, slowReader = 20) {
  const given: string[] = []
  const alive = keepAlive(client as unknown as WebSocket, { ping: 10, slowReader }, reason =>
    given.push(reason),
  )
  return { given, [Symbol.dispose]: () => alive[Symbol.dispose]() }
}

t.test('who answers stays', async t => {
  const client = new Client()
  using kept = keep(client)
  await until(() => client.pings > 5, 'it is pinged')
  t.same(kept.given, [])
})

t.test('who has taken a ping and does not answer it is given up', async t => {
  const client = new Client()
  client.answers = false
  using kept = keep(client)
  await until(() => kept.given.length > 0, 'it is given up')
  t.equal(kept.given[0], 'unresponsive')
  t.equal(client.pings, 1)
})

t.test('who has much to catch up with need not answer yet', async t => {
  const client = new Client()
  client.answers = false
  client.bufferedAmount = 1_000
  using kept = keep(client)
  await until(() => client.pings > 5, 'it is pinged again')
  t.same(kept.given, [])
})

t.test('who takes nothing at all, however little waits for it, is slow', async t => {
  const client = new Client()
  client.leaves = false
  client.bufferedAmount = 100
  using kept = keep(client)
  await until(() => kept.given.length > 0, 'it is given up')
  t.equal(kept.given[0], 'slow_reader')
  t.equal(client.pings, 1, 'no more pings were put behind the one that waits')
})

t.test('pings of a client are answered while it takes the answers', async t => {
  const client = new Client()
  using _ = keep(client, 60_000)
  client.emit('ping', Buffer.from('a'))
  client.bufferedAmount = highWater
  client.emit('ping', Buffer.from('b'))
  client.bufferedAmount = 0
  client.emit('ping', Buffer.from('c'))
  t.same(client.pongs, ['a', 'c'])
})
