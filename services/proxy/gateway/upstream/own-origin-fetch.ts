import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js'
import { type Dispatcher, fetch } from 'undici'

const mostRedirections = 3

/**
 * The library's own `fetch`, whose types are those of the platform, written anew. It follows redirections within an origin
 * alone: a server that leads elsewhere could have the credentials that are meant for it sent there, or have this host call
 * what only this host can reach.
 */
export const ownOriginFetch =
  (dispatcher: Dispatcher): FetchLike =>
  async (url, init) => {
    let at = new URL(url)
    for (let left = mostRedirections; ; left--) {
      const response = await fetch(at, { ...(init as object), dispatcher, redirect: 'manual' })
      const location = response.headers.get('location')
      // With the others a POST becomes another request.
      const followed = init?.method === 'POST' ? [307, 308] : [301, 302, 303, 307, 308]
      if (location === null || !followed.includes(response.status)) return response as unknown as Response
      await response.body?.cancel()
      const next = URL.parse(location, at.href)
      if (next?.origin !== at.origin)
        throw new Error(
          `it leads to another address (${next?.origin ?? 'none'}): if that is right, set url to it`,
        )
      if (left === 0) throw new Error('it leads from one address to the next without end')
      at = next
    }
  }
