import { parse } from 'toml'

/** A table header, a key with its value, or a key inside an inline table. Lines count from 1. */
export type TomlEntry = {
  readonly kind: 'header' | 'key' | 'inline'
  /** Elements of an array are named by their index, as text. */
  readonly path: readonly string[]
  readonly line: number
  /** The last line of its value. */
  readonly lastLine: number
}

/**
 * Where each table and key of a TOML document stands: the parser does not tell. It judges nothing: text that is no TOML
 * gives what could be made out of it, line by line.
 */
export function tomlEntries(text: string): TomlEntry[] {
  const scanner = new Scanner(text)
  scanner.document()
  return scanner.entries
}

/**
 * The line of a key; of a table, its header or else the first of its keys; of an element, that of what it stands in.
 * A key that stands there twice is found where it stands first.
 */
export function lineOf(entries: readonly TomlEntry[], path: readonly string[]): number | undefined {
  const beginsWith = (whole: readonly string[], start: readonly string[]) =>
    start.length > 0 && start.every((name, at) => whole[at] === name)
  const found =
    entries.find(entry => entry.path.length === path.length && beginsWith(entry.path, path)) ??
    entries.find(entry => beginsWith(entry.path, path)) ??
    entries
      .filter(entry => entry.kind !== 'header' && beginsWith(path, entry.path))
      .sort((a, b) => b.path.length - a.path.length)[0]
  return found?.line
}

/** Deeper than the parser reads, and shallow enough for the stack. */
const deepest = 600

class Scanner {
  readonly entries: TomlEntry[] = []
  readonly #text: string
  /** How many tables each array of tables has, by its path. */
  readonly #arrays = new Map<string, number>()
  #at = 0
  #line = 1

  constructor(text: string) {
    this.#text = text
  }

  document(): void {
    let table: readonly string[] = []
    for (;;) {
      this.#skip(/[\s\uFEFF]*/y)
      if (this.#at >= this.#text.length) return
      if (this.#looksAt('[')) table = this.#header() ?? table
      else if (!this.#looksAt('#')) this.#assignment(table, 'key')
      this.#skip(/[^\n]*/y)
    }
  }

  #header(): readonly string[] | undefined {
    const line = this.#line
    const isArray = this.#looksAt('[[')
    this.#skip(/\[\[?[ \t]*/y)
    const names = this.#keyPath()
    if (names === undefined) return undefined
    const key = JSON.stringify(names)
    if (isArray) this.#arrays.set(key, (this.#arrays.get(key) ?? 0) + 1)
    const path = names.flatMap((name, at) => {
      const count = this.#arrays.get(JSON.stringify(names.slice(0, at + 1)))
      return count === undefined ? [name] : [name, String(count - 1)]
    })
    this.entries.push({ kind: 'header', path, line, lastLine: line })
    return path
  }

  #assignment(table: readonly string[], kind: 'key' | 'inline'): void {
    const line = this.#line
    const names = this.#keyPath()
    if (names === undefined || this.#skip(/[ \t]*=[ \t]*/y) === '') return
    const path = [...table, ...names]
    const place = this.entries.length
    this.#value(path)
    this.entries.splice(place, 0, { kind, path, line, lastLine: this.#line })
  }

  #value(path: readonly string[]): void {
    if (path.length > deepest) return
    if (this.#looksAt('{')) this.#inside(path, '}')
    else if (this.#looksAt('[')) this.#inside(path, ']')
    else if (this.#string() === '') this.#skip(/[^,\]}#\n]*/y)
  }

  /** An inline table or an array: line ends and comments may stand between what is in it. */
  #inside(path: readonly string[], end: '}' | ']'): void {
    this.#at++
    for (let index = 0; ; index++) {
      this.#skip(/(?:[\s,]|#[^\n]*)*/y)
      if (this.#looksAt(end)) {
        this.#at++
        return
      }
      const before = this.#at
      if (end === ']') this.#value([...path, String(index)])
      else this.#assignment(path, 'inline')
      // Nothing that could stand here.
      if (this.#at === before) return
    }
  }

  #keyPath(): string[] | undefined {
    const names: string[] = []
    do {
      const quoted = this.#string()
      const name = quoted === '' ? this.#skip(/[^\s.=[\]{}#"',]+/y) : unquoted(quoted)
      if (name === undefined || (name === '' && quoted === '')) return undefined
      names.push(name)
    } while (this.#skip(/[ \t]*\.[ \t]*/y) !== '')
    return names
  }

  /** A string in any of its four forms; empty where none begins. One that is not closed ends with its line or the text. */
  #string(): string {
    return this.#skip(
      /"""(?:\\[\s\S]|[^\\])*?(?:"{3,5}|$)|'''[\s\S]*?(?:'{3,5}|$)|"(?:\\.|[^"\\\n])*(?:"|\\?$|(?=\n))|'[^'\n]*(?:'|$|(?=\n))/y,
    )
  }

  #looksAt(text: string): boolean {
    return this.#text.startsWith(text, this.#at)
  }

  #skip(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const text = pattern.exec(this.#text)?.[0] ?? ''
    this.#at += text.length
    for (const character of text) if (character === '\n') this.#line++
    return text
  }
}

function unquoted(text: string): string | undefined {
  try {
    const { key }: { key: string } = parse(`key = ${text}`)
    return key
  } catch {
    return undefined
  }
}
