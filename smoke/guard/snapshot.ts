import { createHash } from 'node:crypto'
import { createReadStream, type Stats } from 'node:fs'
import { lstat, readdir, readlink, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '../../lib/error-code.ts'

/** What a file is, by its path below a place: mode and content, as text to be compared. */
export type Snapshot = Readonly<Record<string, string>>

/** A larger one counts by its size and time: others than it have been seen to grow to gigabytes. */
const hashedAtMost = 16 * 2 ** 20

/** What would take too long to read is named as such, and compared no further. */
const entriesAtMost = 200_000

/**
 * Everything below a path, which may be a file, or not be there at all. Of a link it is told where it leads, and what file is there;
 * one to a directory is not followed.
 */
export async function snapshotOf(top: string): Promise<Snapshot> {
  const entries: Record<string, string> = {}
  const waiting = ['']
  let count = 0
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (count >= entriesAtMost) return { ...entries, '…': 'and more than can be read' }
    const path = join(top, next)
    const found = await present(lstat(path))
    if (found === undefined) continue
    entries[next] = await factsOf(path, found)
    count++
    if (found.isDirectory())
      for (const name of (await present(readdir(path))) ?? []) waiting.push(join(next, name))
  }
  return entries
}

async function factsOf(path: string, found: Stats): Promise<string> {
  const mode = (found.mode & 0o7777).toString(8)
  if (found.isDirectory()) return `directory ${mode}`
  if (found.isSymbolicLink()) return linkFacts(path)
  if (!found.isFile()) return `special file ${mode}`
  if (found.size > hashedAtMost) return `file ${mode} ${found.size} ${found.mtimeMs}`
  return `file ${mode} ${await present(digestOf(path))}`
}

/** Settings are often links into a directory that is kept somewhere else. */
async function linkFacts(path: string): Promise<string> {
  const to = `link to ${await present(readlink(path))}`
  const target = await present(stat(path))
  return target?.isFile() ? `${to}, ${await factsOf(path, target)}` : to
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

/** Undefined for what has gone meanwhile, or cannot be read, by us as little as by what we start. */
async function present<T>(wanted: Promise<T>): Promise<T | undefined> {
  try {
    return await wanted
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP'].includes(errorCode(error) ?? '')) return undefined
    throw error
  }
}
