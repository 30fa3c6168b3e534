/** What `.gitmodules` says of a submodule. Whatever else stands there (`update`, `branch`, `ignore`) is not asked for. */
export type DeclaredSubmodule = { readonly name: string; readonly path: string; readonly url: string }

export type Declared =
  | { readonly ok: true; readonly submodules: readonly DeclaredSubmodule[] }
  | { readonly ok: false; readonly message: string }

/** The keys that are asked for. */
export const declaringKeys = '^submodule\\..*\\.(path|url)$'

/**
 * Reads what `git config -z --get-regexp` tells of these keys: gitmodules(5). Names become directories below `.git`, and
 * paths are places in the worktree, so that one which leads anywhere else is refused, however it is written. So is what is said
 * twice: git itself has taken now the first, now the last.
 */
export function parseGitmodules(text: string): Declared {
  const found = new Map<string, { path?: string; url?: string }>()
  for (const entry of text.split('\0').slice(0, -1)) {
    // A key ends at the first line break: a value may look like one as well.
    const [, name, key, value] = /^submodule\.([^\n]*)\.(path|url)(?:\n(.*))?$/s.exec(entry) ?? []
    if (name === undefined || (key !== 'path' && key !== 'url'))
      return refused(`${shown(entry)} is no key of a submodule`)
    const fault = nameFault(name)
    if (fault !== undefined) return refused(`the submodule name ${shown(name)} ${fault}`)
    const one = found.get(name) ?? {}
    if (one[key] !== undefined) return refused(`the submodule ${shown(name)} has its ${key} twice`)
    one[key] = value ?? ''
    found.set(name, one)
  }
  const submodules: DeclaredSubmodule[] = []
  for (const [name, { path, url = '' }] of found) {
    // Git passes over one without a path, too.
    if (path === undefined) continue
    const fault = nameFault(path)
    if (fault !== undefined)
      return refused(`the path ${shown(path)} of the submodule ${shown(name)} ${fault}`)
    submodules.push({ name, path, url })
  }
  return { ok: true, submodules }
}

/** Of a name or a path, which are made of the names of directories. Undefined where there is none. */
export function nameFault(text: string): string | undefined {
  if (text === '') return 'is empty'
  if (text.length > longest) return `has more than ${longest} characters`
  // What git tells in another encoding has become this.
  if (text.includes('\ufffd')) return 'is not in UTF-8'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f\\]/.test(text)) return 'has a control character or a backslash'
  if (text.startsWith('-')) return 'begins with "-"'
  const parts = text.split('/')
  if (parts.some(part => part === '' || part === '.' || part === '..')) return 'is no plain path'
  return parts.some(isGitName) ? 'leads into ".git"' : undefined
}

const longest = 1_000

/** Characters that HFS+ passes over in a name: `is_hfs_dotgit` of git. */
const passedOver = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g

/** Whether some file system takes a name for `.git`: in any case, and on NTFS also `git~1`, `.git ` and `.git::$DATA`. */
const isGitName = (name: string): boolean =>
  /^(?:\.git|git~\d+)[ .]*(?::.*)?$/i.test(name.replace(passedOver, ''))

/** Something of the repository's, in a message. */
export const shown = (text: string): string =>
  JSON.stringify(text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text)

const shownCharacters = 200

const refused = (message: string): Declared => ({ ok: false, message: `.gitmodules: ${message}` })
