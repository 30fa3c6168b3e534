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

export function inheritedByCommands(environment: Record<string, string | undefined>): Record<string, string> {
  const picked: Record<string, string> = {}
  for (const name of inherited) {
    const value = environment[name]
    if (value !== undefined) picked[name] = value
  }
  return picked
}
