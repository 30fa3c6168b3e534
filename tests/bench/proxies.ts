import { type Peer, startPeer } from './peers/start-peer.ts'
import { median } from './row.ts'

/** The front door, and two others before the same upstream, each a process of its own. */
export async function startProxies() {
  const stack = new AsyncDisposableStack()
  const start = async (...words: [string, ...string[]]): Promise<Peer> => stack.use(await startPeer(...words))
  const { url: direct } = (await start('upstream')).address
  const urlOf = async (name: string) => (await start(name, direct)).address.url
  return {
    direct,
    ours: await urlOf('front-door'),
    plain: await urlOf('plain-proxy'),
    plugin: await urlOf('fastify-proxy'),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

export const plainProxy = 'a plain node:http proxy'
export const plugin = '@fastify/http-proxy'

/** The median of what each comes to, after a round to warm up; in turn, so that a busy machine is so for all. */
export async function inTurn(
  urls: readonly string[],
  rounds: number,
  measure: (url: string) => Promise<number>,
): Promise<number[]> {
  const figures = urls.map((): number[] => [])
  for (let round = -1; round < rounds; round++)
    for (const [index, url] of urls.entries()) {
      const figure = await measure(url)
      if (round >= 0) figures[index]?.push(figure)
    }
  return figures.map(median)
}
