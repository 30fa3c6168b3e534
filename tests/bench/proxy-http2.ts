/**
 * What HTTP/2 costs at the front door beside HTTP/1.1, both over TLS, on the same requests: small answers asked for in turn on one
 * connection, and fifty at a time, on one connection and on fifty.
 *
 *     node tests/bench/proxy-http2.ts
 */
import { type ClientHttp2Session, connect } from 'node:http2'
import { Agent, request } from 'node:https'
import { certificates } from '../services/proxy/certificates.ts'
import { judged, ratioUpTo } from './goal.ts'
import { inTurn } from './in-turn.ts'
import { startPeer } from './peers/start-peer.ts'
import { printIfMain } from './print-if-main.ts'
import type { Row } from './row.ts'

export type ProxyHttp2Options = { runs?: number; together?: number }

export async function bench({ runs = 1_000, together = 50 }: ProxyHttp2Options = {}): Promise<Row[]> {
  await using life = new AsyncDisposableStack()
  const { files, make } = certificates({ teardown: end => life.defer(end) })
  make('localhost')
  const upstream = life.use(await startPeer('upstream'))
  const { certificate, key } = files
  const door = life.use(await startPeer('front-door', upstream.address.url, certificate, key))
  const url = door.address.secureUrl ?? ''
  const session = connect(url, { rejectUnauthorized: false })
  life.defer(() => session.destroy())
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false })
  life.defer(() => agent.destroy())
  const many = (one: () => Promise<void>) => () => Promise.all(Array.from({ length: together }, one))
  const [two, one] = [() => overHttp2(session), () => overHttp1(url, agent)]
  const alone = await inTurn(two, one, { runs })
  const atOnce = await inTurn(many(two), many(one), { runs: runs / 10 })
  const name = 'a small answer over HTTP/2'
  return [
    { name, beside: 'HTTP/1.1, both over TLS', ...judged(alone, ratioUpTo(1.5)) },
    {
      name: `${together} of them at a time`,
      beside: 'HTTP/1.1, both over TLS',
      ...judged(atOnce, ratioUpTo(1.5)),
    },
  ]
}

const overHttp2 = (session: ClientHttp2Session): Promise<void> =>
  new Promise((done, failed) => {
    session.request({ ':path': '/' }).once('error', failed).once('end', done).resume()
  })

const overHttp1 = (url: string, agent: Agent): Promise<void> =>
  new Promise((done, failed) => {
    request(url, { agent }, response => response.resume().once('end', done))
      .once('error', failed)
      .end()
  })

await printIfMain(import.meta, bench)
