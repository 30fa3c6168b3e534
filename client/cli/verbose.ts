import type { Settings } from '../../config/client/resolve.ts'
import { visible } from '../../lib/visible.ts'
import type { TransportEvent } from '../sdk/told-transport.ts'
import { masked } from './render/masked.ts'

/** What `--verbose` tells first: the server, and by which token, as far as one may see it. */
export const settingsLine = ({ baseUrl, token, signIn, insecure }: Settings): string =>
  [
    `server ${visible(baseUrl?.value ?? 'none')} (${baseUrl?.source ?? 'not configured'})`,
    signIn === undefined
      ? `token ${token === undefined ? 'none' : `${masked(token.value)} (${token.source})`}`
      : `signed in as ${visible(signIn.user)}`,
    ...(insecure?.value === true ? ['its certificate is not verified'] : []),
  ].join(', ')

/** What it tells of each request: neither headers nor bodies, which may hold secrets. */
export function eventLine(event: TransportEvent): string {
  const request = `${event.method} ${visible(event.path)}`
  switch (event.type) {
    case 'answered': {
      const id = event.requestId === undefined ? '' : `, request ${visible(event.requestId)}`
      return `${request}: ${event.status} in ${Math.round(event.milliseconds)} ms${id}`
    }
    case 'failed':
      return `${request}: failed after ${Math.round(event.milliseconds)} ms: ${visible(event.reason)}`
    case 'repeating':
      return `${request}: ${event.status}, asking again in ${event.afterMs} ms`
  }
}
