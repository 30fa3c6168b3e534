import { join } from 'node:path'
import { randomName } from '../sha256.ts'

/**
 * Where things lie below the directory of a cache. Content lies once, under its digest; an entry is a manifest that
 * names it. All of it is in one file system, so that a temporary file becomes what it is for by one rename.
 *
 *     objects/ab/cdef…            content: of files, of links their text, of large results
 *     entries/FINGERPRINT.json    manifests; their mtime is when they were last used
 *     temporary/RANDOM-N          what is being written, or about to be moved to where it is restored
 *     size                        what has been stored, roughly
 */
export class Places {
  readonly objects: string
  readonly entries: string
  readonly temporary: string
  readonly size: string
  #prefix: string | undefined
  #temporaries = 0

  constructor(directory: string) {
    this.objects = join(directory, 'objects')
    this.entries = join(directory, 'entries')
    this.temporary = join(directory, 'temporary')
    this.size = join(directory, 'size')
  }

  object(digest: string): string {
    return join(this.objects, digest.slice(0, 2), digest.slice(2))
  }

  /** Throws where a fingerprint could not be the name of a file: whoever made it up has a bug. */
  entry(fingerprint: string): string {
    if (!/^[\w-]{8,128}$/.test(fingerprint))
      throw new TypeError(`no fingerprint: ${JSON.stringify(fingerprint)}`)
    return join(this.entries, `${fingerprint}.json`)
  }

  newTemporary(): string {
    this.#prefix ??= randomName()
    this.#temporaries++
    return join(this.temporary, `${this.#prefix}-${this.#temporaries}`)
  }
}
