import { delimiter } from 'node:path'

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

/** What git needs of the host to reach remotes: the user's ssh agent, and the proxies. */
const forGit = [
  'HOME',
  'SSH_AUTH_SOCK',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'GIT_SSL_CAINFO',
]

/** Locale, time zone, certificates and the marks of the scopes that own this server; no credential is among them. */
const inherited = [
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
  'TZ',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NODE_EXTRA_CA_CERTS',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'PIP_CERT',
  'GIT_SSL_CAINFO',
  'DEBUG_SERVER_SCOPES',
]

type Environment = Record<string, string | undefined>

export const inheritedByCommands = (environment: Environment) => pick(inherited, environment)
export const inheritedByGit = (environment: Environment) => pick(forGit, environment)

function pick(names: readonly string[], environment: Environment): Record<string, string> {
  const picked: Record<string, string> = {}
  for (const name of names) {
    const value = environment[name]
    if (value !== undefined) picked[name] = value
  }
  return picked
}
