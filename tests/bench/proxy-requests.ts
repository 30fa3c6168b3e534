/**
 * What the front door costs small answers: how many there are on 50 connections, and how much longer one takes than without a
 * proxy. The peers are the shortest proxy that node:http allows, which checks and changes nothing, and Fastify's plugin.
 * Upstream and client are the same for all, and as cheap as can be.
 *
 *     node tests/bench/proxy-requests.ts
 */
import { atLeast, judged, ratioUpTo } from './goal.ts'
import { printIfMain } from './print-if-main.ts'
import { inTurn, plainProxy, plugin, startProxies } from './proxies.ts'
import { askFor } from './raw-requests.ts'
import { median, type Row } from './row.ts'

export type ProxyRequestsOptions = { connections?: number; seconds?: number; rounds?: number }

export async function bench({
  connections = 50,
  seconds = 2,
  rounds = 5,
}: ProxyRequestsOptions = {}): Promise<Row[]> {
  await using proxies = await startProxies()
  const { direct, ours, plain } = proxies
  const rates = await inTurn([ours, plain, proxies.plugin], rounds, async url => {
    const took = await askFor(url, connections, seconds)
    return took.length / seconds
  })
  const [without = Number.NaN, ...took] = await inTurn([direct, ours, plain], rounds, async url =>
    median(await askFor(url, 1, seconds)),
  )
  const added = took.map(each => (each - without) * 1_000)
  const many = { name: `small answers, ${connections} connections`, unit: '1/s' }
  const one = { name: 'added to a small answer, one connection, median', unit: 'µs' }
  return [
    { ...many, beside: plugin, ...judged(compared(rates[0], rates[2], many.unit), atLeast(1.3)) },
    { ...many, beside: plainProxy, ...judged(compared(rates[0], rates[1], many.unit), atLeast(1)) },
    { ...one, beside: plainProxy, ...judged(compared(added[0], added[1], one.unit), ratioUpTo(0.9)) },
  ]
}

const compared = (ours = Number.NaN, peer = Number.NaN, unit: string) => ({
  ours,
  peer,
  ratio: ours / peer,
  unit,
})

await printIfMain(import.meta, bench)
