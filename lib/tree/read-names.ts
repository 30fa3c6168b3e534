import type { Dirent } from 'node:fs'
import { type FileHandle, opendir } from 'node:fs/promises'

/** A name in a directory, in bytes, and whether that is a directory itself. */
export type Found = { readonly name: Buffer; readonly isDirectory: boolean }

/** What is in an open directory, in no order. */
export async function* readNames(directory: FileHandle): AsyncGenerator<Found> {
  const options = { encoding: 'buffer' as BufferEncoding, bufferSize: 1_024 }
  for await (const entry of await opendir(`/proc/self/fd/${directory.fd}`, options)) {
    // With this encoding names are bytes, which the types of Node do not tell.
    const { name }: Pick<Dirent<string | Buffer>, 'name'> = entry
    if (typeof name === 'string') throw new TypeError('names are to be bytes')
    yield { name, isDirectory: entry.isDirectory() }
  }
}
