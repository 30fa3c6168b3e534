import { type FileHandle, lstat, readlink } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import { isUtf8Name, type Names, shown } from '../../../../../lib/tree/names.ts'
import { readNames } from '../../../../../lib/tree/read-names.ts'
import { at, openDirectoryAt, openFileAt, type Tree } from '../../../../../lib/tree/tree.ts'
import { Refused } from '../serving/refused.ts'
import { isUpload } from './entries.ts'
import { pathInUrl } from './request-path.ts'

/** What one archive may hold, and directories in one another. */
const mostEntries = 100_000
const deepest = 256
/** Archives that are made at a time: each keeps a processor busy. */
const mostAtATime = 4
/** How much of a file is read at a time. */
const pieceBytes = 65_536
/** What is told of what was left out. */
const mostTold = 1_000

/** Told within the archive, for its answer has begun by then. Where something packed has that name, in any case, with a number. */
const noteName = (number: number) => `LEFT-OUT${number === 1 ? '' : `-${number}`}.txt`

let underWay = 0

/** Refuses where too many archives are being made. */
export function takeTurn(): Disposable {
  if (underWay >= mostAtATime)
    throw new Refused('BUSY', 'too many archives are being made', { 'retry-after': '5' })
  underWay++
  return { [Symbol.dispose]: () => void underWay-- }
}

/** What is to be packed, and under which name. */
export type Part = { readonly names: Names; readonly as: string }

/**
 * Writes a zip of these parts while it is read. Links are packed as links; what is no file, or cannot be read, is left out,
 * which a note in the archive tells.
 */
export async function sendArchive(
  worktree: Tree,
  parts: readonly Part[],
  response: ServerResponse,
): Promise<void> {
  const packing = new Packing(response)
  const written = pipeline(packing.zip.outputStream, response, { signal: packing.signal })
  const packed = packAll(worktree, parts, packing)
  await Promise.all([written.catch(error => packing.stop(error)), packed])
  await written
}

async function packAll(worktree: Tree, parts: readonly Part[], packing: Packing): Promise<void> {
  try {
    for (const { names, as } of parts) {
      await using place = await worktree.resolve(names, { followLast: true })
      if (place.name === undefined) await packing.directory(place.directory, as, deepest)
      else await packing.entry(place.directory, place.name, as, deepest)
    }
    packing.end()
  } catch (error) {
    packing.stop(error)
    throw error
  }
}

class Packing {
  readonly zip = new ZipFile()
  readonly #stopping = new AbortController()
  readonly #leftOut: string[] = []
  /** Names at the top, as systems compare them that know no case. */
  readonly #tops = new Set<string>()
  #entries = 0

  constructor(response: ServerResponse) {
    response.once('close', () => this.#stopping.abort())
  }

  get signal(): AbortSignal {
    return this.#stopping.signal
  }

  stop(reason: unknown): void {
    this.#stopping.abort(reason)
  }

  async directory(directory: FileHandle, as: string, levels: number): Promise<void> {
    if (levels === 0) return this.#leave(as, 'it lies too deep')
    for await (const { name } of readNames(directory)) {
      if (isUpload(name)) continue
      this.signal.throwIfAborted()
      await this.entry(directory, name, as === '' ? safe(name) : `${as}/${safe(name)}`, levels)
    }
  }

  async entry(directory: FileHandle, name: Buffer, as: string, levels: number): Promise<void> {
    if (this.#entries++ >= mostEntries) return this.#leave(as, 'there are too many')
    if (!as.includes('/')) this.#tops.add(as.toUpperCase())
    try {
      const stats = await lstat(at(directory, name))
      const about = { mtime: stats.mtime, mode: stats.mode & 0xffff }
      if (stats.isDirectory()) {
        await using opened = await openDirectoryAt(directory, name)
        this.zip.addEmptyDirectory(as, about)
        await this.directory(opened, as, levels - 1)
      } else if (stats.isSymbolicLink()) {
        const target = await readlink(at(directory, name), { encoding: 'buffer' })
        this.zip.addBuffer(target, as, { ...about, compress: false })
      } else if (stats.isFile()) {
        await using file = await openFileAt(directory, name)
        const pieces = piecesOf(file)
        // One of which nothing can be read has no entry.
        const first = await pieces.next()
        const content = Readable.from(this.#asFarAsRead(first, pieces, as), { objectMode: false })
        // Where all of it is given up, whoever waits for it is told otherwise.
        content.on('error', () => {})
        this.zip.addReadStream(content, as, about)
        // The next one only when this one has been taken: nothing is kept in memory.
        await finished(content, { signal: this.signal })
      } else this.#leave(as, 'it is no file')
    } catch (error) {
      if (this.signal.aborted) throw error
      this.#leave(as, 'it cannot be read')
    }
  }

  /** An entry that has begun cannot be taken back, and one that does not end would hold up all that follow. */
  async *#asFarAsRead(first: IteratorResult<Buffer>, rest: AsyncIterator<Buffer>, as: string) {
    try {
      for (let part = first; !part.done; part = await rest.next()) yield part.value
    } catch (error) {
      if (this.signal.aborted) throw error
      this.#leave(as, 'it is cut short here, for it cannot be read to its end')
    }
  }

  end(): void {
    if (this.#leftOut.length > 0) {
      let number = 1
      while (this.#tops.has(noteName(number).toUpperCase())) number++
      this.zip.addBuffer(Buffer.from(`${this.#leftOut.join('\n')}\n`), noteName(number))
    }
    this.zip.end()
  }

  #leave(as: string, why: string): void {
    if (this.#leftOut.length < mostTold) this.#leftOut.push(`${as}: ${why}`)
    else if (this.#leftOut.length === mostTold) this.#leftOut.push('… and more')
  }
}

async function* piecesOf(file: FileHandle): AsyncGenerator<Buffer, undefined> {
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(pieceBytes))
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
  }
}

/** A name as every program that unpacks takes it: UTF-8, and nothing that some take for a path. */
export const safe = (name: Buffer): string =>
  isUtf8Name(name)
    ? name
        .toString()
        .replaceAll('\\', '%5C')
        .replace(/^([a-z]):/i, '$1%3A')
    : pathInUrl([name])

/** The name of an archive of this. */
export const archiveName = (names: Names): string =>
  `${names.length === 0 ? 'files' : shown(names.slice(-1))}.zip`
