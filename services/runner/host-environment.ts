import { existsSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import {
  certificateVariables,
  localeVariables,
  pickVariables,
  proxyVariables,
} from '../../lib/host-variables.ts'
import { scopeVariable } from '../../lib/processes/process-scope.ts'

/** What a command may see of the host it runs on. Everything else of its environment is constructed. */

const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/**
 * The server's PATH without what npm and npx put in front of it: a command finds the host's programs, never those of
 * this project's node_modules.
 */
export function commandPath(path: string | undefined): string {
  const kept = (path ?? '')
    .split(delimiter)
    .filter(entry => entry.startsWith('/') && !/\/(?:node_modules\/\.bin|node-gyp-bin)\/?$/.test(entry))
  return kept.length === 0 ? systemPath : [...new Set(kept)].join(delimiter)
}

/** What git needs of the host to reach remotes: the user's ssh agent, certificates and proxies. */
const forGit = ['HOME', 'SSH_AUTH_SOCK', ...certificateVariables, ...proxyVariables]

/** What commands get: locale, time zone, certificates, and the marks of the scopes that own this server. */
const forCommands = [...localeVariables, ...certificateVariables, scopeVariable]

type Environment = Readonly<Record<string, string | undefined>>

export const inheritedByGit = (environment: Environment) => pickVariables(forGit, environment)
export const inheritedByCommands = (environment: Environment): Record<string, string> => ({
  ...pickVariables(forCommands, environment),
  ...rustupHome(environment),
})

/** Where rustup's cargo finds its toolchains. It would look in the home of whoever runs it, and sessions have their own. */
function rustupHome({
  HOME,
  RUSTUP_HOME = join(HOME ?? '/', '.rustup'),
}: Environment): Record<string, string> {
  return isAbsolute(RUSTUP_HOME) && existsSync(RUSTUP_HOME) ? { RUSTUP_HOME } : {}
}

/** What of a home they are to see, given what they inherit. */
export const toolchainsOf = ({ RUSTUP_HOME }: Environment): string[] =>
  RUSTUP_HOME === undefined ? [] : [RUSTUP_HOME]
