import { appReference } from './app-name.ts'
import { type SessionId, sessionId } from './ids.ts'

/**
 * Each app of each session has an origin of its own, so that browsers keep them apart: `http://APP--SESSION.localhost:9090`,
 * the session without its `ses_`, or the same below a configured domain. `app`: the name of one, or a port.
 */
export type AppPlace = { readonly session: SessionId; readonly app: string }

/** Where a browser is signed in with a ticket, on an app's origin. No app gets what is asked for below. */
export const ownPath = '/.debug-server/'
export const enterPath = `${ownPath}enter`

/** `pattern`: as `proxy.app_origins` has it, such as `https://*.apps.example.org`; empty: below `localhost`, where the proxy is. */
export function appOrigin({ session, app }: AppPlace, pattern: string, proxy = ''): string {
  const label = `${app}--${session.slice(sessionId.prefix.length + 1)}`
  if (pattern !== '') return pattern.replace('*', label)
  const { protocol, port } = new URL(proxy)
  return `${protocol}//${label}.localhost${port === '' ? '' : `:${port}`}`
}

/** Which app a Host header names; undefined where it is the name of something else. */
export function appOfHost(host: string | undefined, pattern: string): AppPlace | undefined {
  const domain = pattern === '' ? 'localhost' : new URL(pattern.replace('*.', '')).hostname
  const name = (host ?? '').toLowerCase().replace(/:\d*$/, '')
  if (!name.endsWith(`.${domain}`)) return undefined
  const [, app, rest] = /^(.+)--([0-9a-z]+)$/.exec(name.slice(0, -domain.length - 1)) ?? []
  const session = sessionId.schema.safeParse(`${sessionId.prefix}_${rest}`)
  const found = appReference.safeParse(app)
  return session.success && found.success ? { session: session.data, app: found.data } : undefined
}
