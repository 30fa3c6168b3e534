import { type Stats, statSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { openShownFile } from './shown-file.ts'

const largestFile = 4_000_000
const longestLine = 500
const mostFiles = 16

/** A file's lines; undefined where it cannot be read, or is no plain file. */
export type SourceLines = readonly string[] | undefined

/** Whether who asks may see a file, by its path without symbolic links. */
type Shows = (path: string) => boolean

/** `shownTo`: for whom it was looked up where the name leads. */
type Kept = {
  readonly version: string
  readonly lines: readonly string[]
  readonly shownTo: WeakSet<Shows>
}

/** Lines of source files, for people to read. The last few files are kept, as long as they do not change. */
export class SourceText {
  readonly #files = new Map<string, Kept>()

  /** `shows` is the same for the same asker: an adapter tells whatever name a debuggee has made up. */
  async lines(named: string, shows: Shows): Promise<SourceLines> {
    const before = this.#files.get(named)
    try {
      // At once: on another thread it would take a tenth of what a step does.
      if (before?.shownTo.has(shows) && before.version === versionOf(statSync(named)))
        return this.#keep(named, before)
      const path = await realpath(named)
      if (!shows(path)) return undefined
      await using file = await openShownFile(path, largestFile)
      if (file === undefined) return undefined
      const version = versionOf(await file.stat())
      const text = await file.readFile('utf8')
      const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
      const known = before?.version === version ? before : { version, lines, shownTo: new WeakSet<Shows>() }
      known.shownTo.add(shows)
      return this.#keep(named, known)
    } catch {
      return undefined
    }
  }

  /** The one that was asked for last is dropped last. */
  #keep(named: string, file: Kept): SourceLines {
    this.#files.delete(named)
    this.#files.set(named, file)
    const [oldest] = this.#files.keys()
    if (this.#files.size > mostFiles && oldest !== undefined) this.#files.delete(oldest)
    return file.lines
  }
}

/** Not `mtimeMs`, which tools set back. */
const versionOf = ({ dev, ino, size, ctimeMs }: Stats): string => `${dev} ${ino} ${size} ${ctimeMs}`

/** The text of a line, counted from 1; null where there is none. */
export const lineOf = (lines: SourceLines, line: number): string | null =>
  lines?.[line - 1]?.slice(0, longestLine) ?? null
