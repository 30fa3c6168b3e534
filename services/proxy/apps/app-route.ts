import { type AppPlace, appOfHost } from '../../contract/app-origin.ts'
import { reference } from '../../contract/ids.ts'

/**
 * Where a request for an app leads. `origin`: it came to the app's own; otherwise to a path of the server, where `session` is
 * what its client calls it, and `prefix` what stands before the path that the app gets. `isBare`: nothing stands behind it, not
 * even a slash.
 */
export type AppRoute =
  | ({ readonly by: 'origin' } & AppPlace)
  | {
      readonly by: 'path'
      readonly session: string
      readonly app: string
      readonly prefix: string
      readonly path: string
      readonly isBare: boolean
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
  const [, prefix = '', collection = '', session = '', word = '', behind, query = ''] = match
  const rest = behind ?? '/'
  const app = apps[`${collection}/${word}`]
  if (app === undefined || !sessionReference.safeParse(session).success) return undefined
  const found = { by: 'path', session, app, prefix } as const
  if (app !== terminalApp) return { ...found, path: rest + query, isBare: behind === undefined }
  return rest === '/' ? { ...found, path: terminalPath + query, isBare: false } : undefined
}
