import { isAbsolute, join, resolve } from 'node:path'

/** Where a user's own authorities may be named, the first that exists wins. */
export const bundleVariables = [
  'REQUESTS_CA_BUNDLE',
  'SSL_CERT_FILE',
  'PIP_CERT',
  'CODEX_PROXY_CERT',
] as const

/** Those that Python's programs read, which are filled where they are not set. */
export const filledVariables = ['REQUESTS_CA_BUNDLE', 'SSL_CERT_FILE', 'PIP_CERT'] as const

export type BundleChoice =
  /** CONDA_SSL_VERIFY is set, and stays as it is. `path` where it names a file or a directory. */
  | { kind: 'explicit'; value: string; path: string | undefined }
  | { kind: 'bundle'; variable: (typeof bundleVariables)[number]; path: string }
  | { kind: 'none' }

type Environment = Readonly<Record<string, string | undefined>>

/** What conda reads as a switch rather than a path. */
const switches = new Set(['true', 'yes', 'on', '1', 'false', 'no', 'off', '0', 'truststore', '<system>'])

/** Pure but for `isFile`, which tells whether a plain file is there. Paths are relative to `root`. */
export function chooseBundle(
  environment: Environment,
  root: string,
  isFile: (path: string) => boolean,
): BundleChoice {
  const explicit = environment.CONDA_SSL_VERIFY
  if (explicit !== undefined && explicit !== '') {
    const path = switches.has(explicit.toLowerCase()) ? undefined : absolute(explicit, environment, root)
    return { kind: 'explicit', value: explicit, path }
  }
  for (const variable of bundleVariables) {
    const value = environment[variable]
    if (value === undefined || value === '') continue
    const path = absolute(value, environment, root)
    if (isFile(path)) return { kind: 'bundle', variable, path }
  }
  return { kind: 'none' }
}

function absolute(path: string, { HOME }: Environment, root: string): string {
  if ((path === '~' || path.startsWith('~/')) && HOME !== undefined) return join(HOME, path.slice(1))
  return isAbsolute(path) ? path : resolve(root, path)
}

/** What children get on top of their environment, so that they trust `file`. What is set stays as it is. */
export function exportedVariables(environment: Environment, file: string): Record<string, string> {
  const unset = filledVariables.filter(name => (environment[name] ?? '') === '')
  return { CONDA_SSL_VERIFY: file, ...Object.fromEntries(unset.map(name => [name, file])) }
}
