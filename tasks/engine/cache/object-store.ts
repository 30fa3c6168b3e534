import { lstatSync, renameSync } from 'node:fs'
import { sha256 } from '../sha256.ts'
import { discard } from './discard.ts'
import type { Places } from './places.ts'
import { touch } from './touch.ts'
import { type Content, copyVerified, inDirectory, writeNew } from './verified-copy.ts'

/**
 * Content by its digest, each once. What is there already is trusted by its size and not written again: it is verified
 * when it is restored, which is when it matters.
 *
 * The mtime of an object is when it was last put, so that prune leaves alone what an entry is about to name.
 */
export class ObjectStore {
  readonly #places: Places
  readonly #now: () => number

  constructor(places: Places, now: () => number) {
    this.#places = places
    this.#now = now
  }

  /** How many bytes this has added; undefined where the file does not have, or no longer has, that content. */
  putFile(source: string, content: Content): Promise<number | undefined> {
    return this.#put(content, temporary => copyVerified(source, temporary, content, 0o600))
  }

  /** The same for bytes that are at hand. */
  putBytes(bytes: Uint8Array, content: Content): Promise<number | undefined> {
    return this.#put(content, temporary => {
      if (bytes.length !== content.size || sha256(bytes) !== content.digest) return false
      writeNew(temporary, bytes)
      return true
    })
  }

  async #put(
    content: Content,
    write: (temporary: string) => boolean | Promise<boolean>,
  ): Promise<number | undefined> {
    if (this.#freshen(content)) return 0
    const temporary = this.#places.newTemporary()
    let published = false
    try {
      if (!(await write(temporary))) return undefined
      this.#publish(temporary, content)
      published = true
      return content.size
    } finally {
      if (!published) discard(temporary)
    }
  }

  /** Whether it is there, which from now on counts as put now. */
  #freshen({ digest, size }: Content): boolean {
    const path = this.#places.object(digest)
    const stats = lstatSync(path, { throwIfNoEntry: false })
    if (stats?.size !== size || !stats.isFile()) return false
    return touch(path, this.#now())
  }

  #publish(temporary: string, { digest }: Content): void {
    touch(temporary, this.#now())
    const path = this.#places.object(digest)
    inDirectory(path, () => renameSync(temporary, path))
  }
}
