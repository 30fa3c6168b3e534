import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

const largestFile = 4_000_000
const longestLine = 500
const mostFiles = 16

/** Lines of source files, for people to read. The last few files are kept, as long as they do not change. */
export class SourceText {
  readonly #files = new Map<string, { version: string; lines: readonly string[] }>()

  /** The text of a line, counted from 1; null where it cannot be read, or where the file is no plain file. */
  async line(path: string, line: number): Promise<string | null> {
    const text = (await this.#lines(path))?.[line - 1]
    return text === undefined ? null : text.slice(0, longestLine)
  }

  async #lines(path: string): Promise<readonly string[] | undefined> {
    try {
      // A pipe would keep us waiting for its writer.
      await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
      const found = await file.stat()
      if (!found.isFile() || found.size > largestFile) return undefined
      const version = `${found.ino} ${found.size} ${found.mtimeMs}`
      const kept = this.#files.get(path)
      this.#files.delete(path)
      const lines = kept?.version === version ? kept.lines : (await file.readFile('utf8')).split(/\r\n|\n|\r/)
      this.#files.set(path, { version, lines })
      const [oldest] = this.#files.keys()
      if (this.#files.size > mostFiles && oldest !== undefined) this.#files.delete(oldest)
      return lines
    } catch {
      return undefined
    }
  }
}
