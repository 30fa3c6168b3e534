import { resolve } from 'node:path'
import { expand } from '../../../../config/expand.ts'
import { builtinOf } from '../../../../config/mcp/builtins.ts'
import type { ServerSettings } from '../../../../config/mcp/schema.ts'
import { compileCache, ownRoot } from '../../../../config/workspace.ts'
import { UpstreamError } from './upstream-error.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** How one server is reached, with everything filled in. */
export type Launch =
  | {
      readonly kind: 'program'
      readonly command: string
      readonly args: readonly string[]
      readonly env: Readonly<Record<string, string>>
      readonly cwd: string
    }
  | {
      readonly kind: 'http' | 'sse'
      readonly url: string
      readonly headers: Readonly<Record<string, string>>
    }

export type LaunchSurroundings = {
  readonly root: string
  readonly environment: Environment
  /** Where the API is, for this project's own tools. */
  readonly api: string
  /** What the client bears, for a server that acts for it. */
  readonly token: string
}

/** What any program needs, and what says nothing about this service. */
const commonVariables = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'USER']

/** What says how registries of servers and packages are reached. */
const networkVariables = [
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'],
  ...['NODE_EXTRA_CA_CERTS', 'npm_config_registry', 'npm_config_userconfig'],
]

/** Throws an UpstreamError that names a variable which is not set. */
export function launchOf(name: string, settings: ServerSettings, surroundings: LaunchSurroundings): Launch {
  const { root, environment, api, token } = surroundings
  const filled = (key: string, text: string): string => {
    const expanded = expand(text, environment)
    if ('text' in expanded) return expanded.text
    throw new UpstreamError('unavailable', `${key} of the server ${name}: ${expanded.fault}`)
  }
  const filledAll = (key: string, table: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(table).map(([one, text]) => [one, filled(`${key}.${one}`, text)]))
  const own = variables(commonVariables, environment)
  const cwd = resolve(root, settings.cwd === undefined ? '.' : filled('cwd', settings.cwd))
  const builtin = builtinOf(settings.builtin)
  if (builtin !== undefined) {
    // A configuration of the user's own is not looked at: whose token counts is settled.
    const asClient = {
      ...{ DEBUG_SERVER_URL: api, DEBUG_SERVER_TOKEN: token },
      DEBUG_SERVER_HOME: resolve(root, '.artifacts/mcp/home'),
    }
    const env = {
      ...own,
      ...(builtin.actsForClient ? asClient : variables(networkVariables, environment)),
      NODE_COMPILE_CACHE: compileCache,
    }
    const args = [resolve(ownRoot, builtin.path)]
    return { kind: 'program', command: process.execPath, args, env, cwd }
  }
  if (settings.url !== undefined)
    return {
      kind: settings.transport,
      url: filled('url', settings.url),
      headers: filledAll('headers', settings.headers),
    }
  return {
    kind: 'program',
    command: filled('command', settings.command ?? ''),
    args: settings.args.map((arg, at) => filled(`args[${at}]`, arg)),
    env: { ...own, ...variables(settings.pass_env, environment), ...filledAll('env', settings.env) },
    cwd,
  }
}

const variables = (names: readonly string[], environment: Environment): Record<string, string> =>
  Object.fromEntries(
    names.flatMap(name => {
      const value = environment[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
