import { type AppPlace, appOfHost } from '../../contract/app-origin.ts'
import { reference } from '../../contract/ids.ts'

/**
 * Where a request for an app leads. `origin`: it came to the app's own; otherwise to a path of the server, where `session` is
 * what its client calls it, and `prefix` what stands before the path that the app gets.
 */
export type AppRoute =
  | ({ readonly by: 'origin' } & AppPlace)
  | {
      readonly by: 'path'
      readonly session: string
      readonly app: string
      readonly prefix: string
      readonly path: string
    }

/** The words of earlier systems for apps, which have no names of their own in paths. */
const apps: Readonly<Record<string, string>> = {
  'sessions/files': 'files',
  'sessions/opencode': 'opencode',
  'sessions/terminal': 'terminal',
  'session/files': 'files',
  'session/code': 'opencode',
  'session/term': 'terminal',
}

const sessionReference = reference('ses', true)
export const terminalApp = 'terminal'
/** Where a terminal takes WebSockets. */
const terminalPath = '/ws'

/** Undefined where it is for the server itself. `pattern`: see `appOfHost`. */
export function appRoute(host: string | undefined, target: string, pattern: string): AppRoute | undefined {
  const place = appOfHost(host, pattern)
  if (place !== undefined) return { by: 'origin', ...place }
  const match = /^((?:\/api)?\/(sessions?)\/([^/?]+)\/([a-z]+))(\/[^?]*)?(\?.*)?$/.exec(target)
  if (match === null) return undefined
  const [, prefix = '', collection = '', session = '', word = '', rest = '/', query = ''] = match
  const app = apps[`${collection}/${word}`]
  if (app === undefined || !sessionReference.safeParse(session).success) return undefined
  if (app !== terminalApp) return { by: 'path', session, app, prefix, path: rest + query }
  return rest === '/' ? { by: 'path', session, app, prefix, path: terminalPath + query } : undefined
}
