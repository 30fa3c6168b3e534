import { posix } from 'node:path'
import { repositoryName } from './fields.ts'

/** What an address of a repository turned out to be, or why it is refused. No message repeats the address. */
export type RepositoryAddress =
  | { kind: 'remote'; url: string; name: string | undefined }
  | { kind: 'path'; path: string; name: string | undefined }
  | { kind: 'refused'; message: string }

/**
 * Reads an address that somebody sent: `https://`, `ssh://`, `git://`, git's short form `user@host:path` for ssh, or an
 * absolute path. Anything that git would take for an option or for the name of a program (`ext::`, `-…`) is refused,
 * as are credentials: they would be kept and shown. See git-fetch(1), "GIT URLS".
 */
export function parseRepositoryAddress(text: string, allowedSchemes: readonly string[]): RepositoryAddress {
  const refused = (message: string): RepositoryAddress => ({ kind: 'refused', message })
  const allowed = `expected an address that begins with ${allowedSchemes.map(scheme => `${scheme}://`).join(', ')}`
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f\\]/.test(text))
    return refused('an address holds no control character and no backslash')
  if (text.startsWith('-')) return refused(`${allowed}; not with "-"`)
  if (text.startsWith('/')) {
    const path = posix.normalize(text)
    return { kind: 'path', path: path.length > 1 ? path.replace(/\/$/, '') : path, name: nameOf(path) }
  }
  if (text.includes(' ')) return refused('an address that is no path holds no blank')
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text)?.[1]?.toLowerCase()
  if (scheme === undefined) return parseShortForm(text, allowedSchemes, allowed)
  if (!allowedSchemes.includes(scheme)) return refused(allowed)
  return parseUrl(text, scheme)
}

function parseUrl(text: string, scheme: string): RepositoryAddress {
  const url = URL.parse(text)
  if (url === null || url.hostname === '') return { kind: 'refused', message: 'expected a host after ://' }
  if (url.hostname.startsWith('-')) return { kind: 'refused', message: 'a host does not begin with "-"' }
  // With ssh a name without a password is an account, no secret; elsewhere a lone name is often a token.
  if (url.password !== '' || (url.username !== '' && scheme !== 'ssh'))
    return {
      kind: 'refused',
      message:
        'an address must hold no credentials: leave them out, and give them to git on the server (git help credential)',
    }
  if (url.username.startsWith('-')) return { kind: 'refused', message: 'an account does not begin with "-"' }
  if (url.search !== '' || url.hash !== '')
    return { kind: 'refused', message: 'an address of a repository has no "?" and no "#"' }
  if (url.pathname.length < 2) return { kind: 'refused', message: 'expected a path after the host' }
  // Git knows its schemes in small letters only.
  return { kind: 'remote', url: scheme + text.slice(scheme.length), name: nameOf(url.pathname) }
}

/** `user@host:path`; git reads it as ssh. */
function parseShortForm(text: string, allowedSchemes: readonly string[], allowed: string): RepositoryAddress {
  const match = /^[A-Za-z0-9_][\w.-]*@(?:[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\]):(?![-:])(.+)$/.exec(
    text,
  )
  if (match !== null && allowedSchemes.includes('ssh'))
    return { kind: 'remote', url: text, name: nameOf(match[1] ?? '') }
  const path = /^[^:]*$/.test(text) ? '; a local path must be absolute' : ''
  return { kind: 'refused', message: `${allowed}${path}` }
}

/** The last part of a path without `.git`, where that can be a name. */
function nameOf(path: string): string | undefined {
  const last = path
    .replace(/\/+$/, '')
    .replace(/\/\.git$/, '')
    .split('/')
    .at(-1)
    ?.replace(/\.git$/, '')
  const parsed = repositoryName.safeParse(last)
  return parsed.success ? parsed.data : undefined
}
