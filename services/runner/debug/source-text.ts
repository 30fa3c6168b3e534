import type { Stats } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { openShownFile } from './shown-file.ts'

const largestFile = 4_000_000
const longestLine = 500
const mostFiles = 16

/** A file's lines; undefined where it cannot be read, or is no plain file. */
export type SourceLines = readonly string[] | undefined

/** Lines of source files, for people to read. The last few files are kept, as long as they do not change. */
export class SourceText {
  readonly #files = new Map<string, Kept>()
  readonly #looks = new Map<string, Look>()

  /**
   * Reads the file only where it has changed, which it is looked at for: each time, or where that was not within the last
   * `agoMs`. `shows`: whether who asks may see a file, by its path without symbolic links: an adapter tells whatever name a
   * debuggee has made up.
   */
  async lines(named: string, shows: (path: string) => boolean, agoMs = 0): Promise<SourceLines> {
    try {
      const { path, version } = await this.#look(named, agoMs)
      if (!shows(path)) return undefined
      const kept = this.#files.get(path)
      if (kept !== undefined && kept.version === version) return this.#keep(path, kept)
      this.#files.delete(path)
      await using file = await openShownFile(path, largestFile)
      if (file === undefined) return undefined
      const found = await file.stat()
      const text = await file.readFile('utf8')
      const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
      return this.#keep(path, { version: versionOf(found), lines })
    } catch {
      return undefined
    }
  }

  #look(named: string, agoMs: number): Look['found'] {
    const last = this.#looks.get(named)
    if (last !== undefined && performance.now() - last.at < agoMs) return last.found
    const look = { at: performance.now(), found: lookAt(named) }
    this.#looks.delete(named)
    this.#looks.set(named, look)
    const [oldest] = this.#looks.keys()
    if (this.#looks.size > mostFiles && oldest !== undefined) this.#looks.delete(oldest)
    return look.found
  }

  /** The one that was asked for last is dropped last. */
  #keep(path: string, file: Kept): SourceLines {
    this.#files.delete(path)
    this.#files.set(path, file)
    const [oldest] = this.#files.keys()
    if (this.#files.size > mostFiles && oldest !== undefined) this.#files.delete(oldest)
    return file.lines
  }
}

/** `at`: when it began. */
type Look = { readonly at: number; readonly found: Promise<{ path: string; version: string }> }

async function lookAt(named: string): Promise<{ path: string; version: string }> {
  // At once: each of them alone takes a tenth of what a step does.
  const [path, now] = await Promise.all([realpath(named), stat(named)])
  return { path, version: versionOf(now) }
}

type Kept = { readonly version: string; readonly lines: readonly string[] }

const versionOf = ({ ino, size, mtimeMs }: Stats): string => `${ino} ${size} ${mtimeMs}`

/** The text of a line, counted from 1; null where there is none. */
export const lineOf = (lines: SourceLines, line: number): string | null =>
  lines?.[line - 1]?.slice(0, longestLine) ?? null
