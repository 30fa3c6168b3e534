import type { IncomingMessage } from 'node:http'

type Asking = Pick<IncomingMessage, 'method' | 'headers'>

/**
 * Whether a request that comes with a pass was asked for by a page of the app itself, or by somebody who opens it: browsers
 * send cookies along with whatever any page asks for, and other apps may count as the same site. None may show it in a frame
 * either, where people would type into it.
 */
export function pageMay({ method = 'GET', headers }: Asking, upgrades: boolean): boolean {
  const { origin, host } = headers
  if (origin !== undefined) return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase()
  const reads = method === 'GET' || method === 'HEAD'
  if (upgrades || !reads) return false
  const site = headers['sec-fetch-site']
  const opens = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
  return site === undefined || site === 'same-origin' || site === 'none' || opens
}
