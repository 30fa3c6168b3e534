import { tomlEntries } from './toml-entries.ts'

export type WithoutKeys = {
  /** Undefined where nothing worth keeping is left: no key and no comment. */
  readonly text: string | undefined
  /** The keys that were removed, as paths. */
  readonly removed: readonly (readonly string[])[]
  /** Keys in the middle of an inline table, which only a person can take out, and their lines. */
  readonly stuck: readonly { readonly path: readonly string[]; readonly line: number }[]
}

/**
 * A TOML document without the keys that are wanted away, and with the comments of all others. A comment in the line of
 * a key goes with it. A section that becomes empty goes as well.
 */
export function withoutKeys(text: string, isUnwanted: (path: readonly string[]) => boolean): WithoutKeys {
  const entries = tomlEntries(text)
  const unwanted = entries.filter(({ kind, path }) => kind === 'key' && isUnwanted(path))
  const isGone = (line: number) => unwanted.some(entry => line >= entry.line && line <= entry.lastLine)
  const stuck = entries.filter(
    ({ kind, path, line }) => kind === 'inline' && isUnwanted(path) && !isGone(line),
  )
  const lines = text.split('\n').filter((_, at) => !isGone(at + 1))
  const left = unwanted.length === 0 ? text : ended(withoutEmptySections(lines).join('\n'))
  return {
    text: isBlank(left) ? undefined : left,
    removed: unwanted.map(({ path }) => path),
    stuck: stuck.map(({ path, line }) => ({ path, line })),
  }
}

function withoutEmptySections(lines: readonly string[]): string[] {
  const headers = tomlEntries(lines.join('\n'))
    .filter(({ kind }) => kind === 'header')
    .map(({ line }) => line)
  const empty = new Set(
    headers.flatMap((line, at) => {
      const end = (headers[at + 1] ?? lines.length + 1) - 1
      const isEmpty = lines.slice(line, end).every(body => body.trim() === '')
      const header = lines[line - 1] ?? ''
      // Somebody wrote a comment beside it, or it is an element of a list, which counts without keys as well.
      return isEmpty && !header.includes('#') && !header.trim().startsWith('[[')
        ? Array.from({ length: end - line + 1 }, (_, offset) => line + offset)
        : []
    }),
  )
  return lines.filter((_, at) => !empty.has(at + 1))
}

/** With the last line gone, the one before may be left with half of a Windows line end, which is no TOML. */
const ended = (text: string): string => (/(?:^|\n)$/.test(text) ? text : `${text.replace(/\r$/, '')}\n`)

const isBlank = (text: string): boolean =>
  !text.includes('#') && tomlEntries(text).every(({ kind }) => kind === 'header')
