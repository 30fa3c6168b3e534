import { type Dispatcher, request } from 'undici'

/** What the SDK's transports send. */
type Sent = Pick<RequestInit, 'method' | 'headers' | 'body' | 'signal'>
export type Answer = Pick<Dispatcher.ResponseData, 'statusCode' | 'headers' | 'body'>
export type OwnOriginRequest = (url: string | URL, sent?: Sent) => Promise<Answer>

const mostRedirections = 3

/**
 * Requests that follow redirections within an origin alone: a server that leads elsewhere could have the credentials that are
 * meant for it sent there, or have this host call what only this host can reach.
 *
 * Not `fetch`, whose streams take half of the time of a call. Nothing is decoded here, so nothing coded is asked for.
 */
export const ownOriginRequest =
  (dispatcher: Dispatcher): OwnOriginRequest =>
  async (url, { method = 'GET', headers, body, signal } = {}) => {
    if (body !== undefined && typeof body !== 'string') throw new TypeError('a body that is no text')
    const options = {
      ...{ dispatcher, method: method as Dispatcher.HttpMethod, body: body ?? null, signal: signal ?? null },
      headers: {
        'user-agent': 'debug-server-gateway',
        ...Object.fromEntries(new Headers(headers)),
        'accept-encoding': 'identity',
      },
    }
    let at = new URL(url)
    for (let left = mostRedirections; ; left--) {
      const answer = await request(at, options)
      const { statusCode, headers } = answer
      const { location, 'content-encoding': coding = '' } = headers
      // With the others a POST becomes another request.
      const followed = method === 'POST' ? [307, 308] : [301, 302, 303, 307, 308]
      if (location === undefined || !followed.includes(statusCode)) {
        // Others say nothing of the bytes; `utf-8` has been seen.
        if (!/gzip|deflate|compress|br|zstd/i.test(String(coding))) return answer
        giveUp(answer)
        throw new Error(`it answers in the coding ${coding}, though it was asked for none`)
      }
      giveUp(answer)
      const next = URL.parse(String(location), at.href)
      if (next?.origin !== at.origin)
        throw new Error(
          `it leads to another address (${next?.origin ?? 'none'}): if that is right, set url to it`,
        )
      if (left === 0) throw new Error('it leads from one address to the next without end')
      at = next
    }
  }

/** Nobody reads the rest, which may have no end. */
export const giveUp = ({ body }: Pick<Answer, 'body'>): void => void body.on('error', () => {}).destroy()
