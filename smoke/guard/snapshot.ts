import { createHash } from 'node:crypto'
import { createReadStream, type Stats } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '../../lib/error-code.ts'

/** What a file is, by its path below a place: mode and content, as text to be compared. */
export type Snapshot = Readonly<Record<string, string>>

/** A larger one counts by its size and time: others than it have been seen to grow to gigabytes. */
const hashedAtMost = 16 * 2 ** 20

/** What would take too long to read is named as such, and compared no further. */
const entriesAtMost = 200_000

/** Everything below a path, which may be a file, or not be there at all. Links are told, not followed. */
export async function snapshotOf(top: string): Promise<Snapshot> {
  const entries: Record<string, string> = {}
  const waiting = ['']
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (Object.keys(entries).length >= entriesAtMost) return { ...entries, '…': 'and more than can be read' }
    const path = join(top, next)
    const stat = await present(lstat(path))
    if (stat === undefined) continue
    entries[next] = await factsOf(path, stat)
    if (stat.isDirectory())
      for (const name of (await present(readdir(path))) ?? []) waiting.push(join(next, name))
  }
  return entries
}

async function factsOf(path: string, stat: Stats): Promise<string> {
  const mode = (stat.mode & 0o7777).toString(8)
  if (stat.isDirectory()) return `directory ${mode}`
  if (stat.isSymbolicLink()) return `link to ${await present(readlink(path))}`
  if (!stat.isFile()) return `special file ${mode}`
  if (stat.size > hashedAtMost) return `file ${mode} ${stat.size} ${stat.mtimeMs}`
  return `file ${mode} ${await present(digestOf(path))}`
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
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes(errorCode(error) ?? '')) return undefined
    throw error
  }
}
