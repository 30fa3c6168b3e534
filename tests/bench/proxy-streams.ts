/**
 * How fast bytes go through the front door: one answer of 2 GB, and messages of WebSockets that come back; and how soon a service
 * knows that its client has gone. The peer is the shortest proxy that node:http allows. Upstream and client are the same for both, and as cheap as can be.
 *
 *     node tests/bench/proxy-streams.ts
 */
import { atLeast, type Goal, judged, upTo } from './goal.ts'
import { printIfMain } from './print-if-main.ts'
import { inTurn, plainProxy, startProxies } from './proxies.ts'
import { echoed, noticed, streamed } from './raw-requests.ts'
import type { Row } from './row.ts'

export type ProxyStreamsOptions = {
  bytes?: number
  connections?: number
  seconds?: number
  rounds?: number
  leaves?: number
}

export async function bench({
  bytes = 2e9,
  connections = 50,
  seconds = 1,
  rounds = 11,
  leaves = 50,
}: ProxyStreamsOptions = {}): Promise<Row[]> {
  await using proxies = await startProxies()
  const urls = [proxies.ours, proxies.plain]
  const rates = await inTurn(urls, rounds, async url => (await streamed(url, bytes)) / 1e6)
  const echoes = await inTurn(urls, rounds, url => echoed(url, connections, seconds))
  const alone = await inTurn(urls, rounds, url => echoed(url, 1, seconds))
  const left = await inTurn(urls, rounds, url => noticed(url, proxies.direct, leaves))
  const row = (
    name: string,
    unit: string,
    [ours = Number.NaN, peer = Number.NaN]: readonly number[],
    goal: Goal = atLeast(1),
  ): Row => ({
    ...{ name, beside: plainProxy },
    ...judged({ ours, peer, ratio: ours / peer, unit }, goal),
  })
  return [
    row(`an answer of ${bytes / 1e9} GB`, 'MB/s', rates),
    row(`messages of ${connections} WebSockets, there and back`, '1/s', echoes),
    row('messages of one WebSocket, there and back', '1/s', alone),
    row('a client that goes away, until the service knows', 'ms', left, upTo(50, 'ms')),
  ]
}

await printIfMain(import.meta, bench)
