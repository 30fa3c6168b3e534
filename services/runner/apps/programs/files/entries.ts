import type { BigIntStats } from 'node:fs'
import { type FileHandle, lstat, readlink } from 'node:fs/promises'
import { isUtf8Name, type Names, shown } from '../../../../../lib/tree/names.ts'
import { type Found, readNames } from '../../../../../lib/tree/read-names.ts'
import { at, openDirectoryAt, type Tree } from '../../../../../lib/tree/tree.ts'
import { pathInUrl } from './request-path.ts'

/** What is in a directory, as it is told. */
export type Entry = {
  readonly name: string
  readonly path: string
  /** The path as a part of a URL, where its bytes are no UTF-8. */
  readonly encoded?: string
  /** Of a link, what it leads to within the worktree; `link` where it leads nowhere there. */
  readonly type: 'file' | 'directory' | 'link' | 'other'
  readonly size?: number
  /** In seconds since 1970. */
  readonly modified?: number
  readonly link?: string
  readonly children?: readonly Entry[]
  /** There is more in it than is told. */
  readonly truncated?: true
}

export type Page = {
  readonly entries: readonly Entry[]
  /** Where the next page begins; undefined at the end. */
  readonly next: string | undefined
  /** There are more than are looked at. */
  readonly truncated: boolean
}

export type PageOptions = {
  readonly hidden: boolean
  readonly limit: number
  readonly after: string | undefined
  readonly depth: number
}

/** Names of one directory that are looked at, and entries that one answer tells of. */
const mostNames = 250_000
export const mostEntries = 10_000
/** Entries that are looked at side by side. */
const atATime = 64

/** Ours, while a file is uploaded: see upload.ts. */
export const uploadPrefix = '.debug-server-upload-'

export const isUpload = (name: Buffer): boolean => name.toString('latin1').startsWith(uploadPrefix)

/** A directory, page by page: directories first, each by the bytes of its name. */
export async function pageOf(
  worktree: Tree,
  directory: FileHandle,
  names: Names,
  { hidden, limit, after, depth }: PageOptions,
): Promise<Page> {
  const { found, complete } = await sortedIn(directory, hidden, after)
  const taken = found.slice(0, limit)
  const budget = { left: mostEntries - taken.length }
  const entries = await told(worktree, directory, names, taken, { hidden, depth, budget })
  const last = taken.at(-1)
  return {
    entries,
    next: found.length > limit && last !== undefined ? tokenOf(last) : undefined,
    truncated: !complete,
  }
}

type Below = { readonly hidden: boolean; readonly depth: number; readonly budget: { left: number } }

async function told(
  worktree: Tree,
  directory: FileHandle,
  names: Names,
  found: readonly Found[],
  below: Below,
): Promise<Entry[]> {
  const entries: Entry[] = []
  for (let begin = 0; begin < found.length; begin += atATime) {
    const some = found.slice(begin, begin + atATime)
    const looked = await Promise.all(
      some.map(one => entryOf(worktree, directory, [...names, one.name], one.name)),
    )
    for (const [index, entry] of looked.entries()) {
      const one = some[index]
      if (entry !== undefined && one !== undefined)
        entries.push(
          one.isDirectory ? await withChildren(worktree, directory, names, one.name, entry, below) : entry,
        )
    }
  }
  return entries
}

async function withChildren(
  worktree: Tree,
  directory: FileHandle,
  names: Names,
  name: Buffer,
  entry: Entry,
  { hidden, depth, budget }: Below,
): Promise<Entry> {
  if (depth <= 1) return entry
  await using opened = await openDirectoryAt(directory, name).catch(() => undefined)
  if (opened === undefined) return entry
  const { found, complete } = await sortedIn(opened, hidden)
  const taken = found.slice(0, budget.left)
  budget.left -= taken.length
  const below = { hidden, depth: depth - 1, budget }
  const children = await told(worktree, opened, [...names, name], taken, below)
  return { ...entry, children, ...(complete && taken.length === found.length ? {} : { truncated: true }) }
}

/** What is in a directory, behind a place in it. */
async function sortedIn(directory: FileHandle, hidden: boolean, after?: string) {
  const place = after === undefined ? undefined : placeOf(after)
  const found: Found[] = []
  let seen = 0
  for await (const one of readNames(directory)) {
    if ((!hidden && one.name[0] === 0x2e) || isUpload(one.name)) continue
    if (++seen > mostNames) break
    if (place === undefined || compare(one, place) > 0) found.push(one)
  }
  return { found: found.sort(compare), complete: seen <= mostNames }
}

const compare = (one: Found, other: Found): number =>
  Number(other.isDirectory) - Number(one.isDirectory) || Buffer.compare(one.name, other.name)

const tokenOf = ({ name, isDirectory }: Found): string =>
  `${isDirectory ? 'd' : 'f'}${name.toString('base64url')}`

const placeOf = (token: string): Found => ({
  name: Buffer.from(token.slice(1), 'base64url'),
  isDirectory: token.startsWith('d'),
})

/** Undefined where it has gone meanwhile. */
async function entryOf(
  worktree: Tree,
  directory: FileHandle,
  names: Names,
  name: Buffer,
): Promise<Entry | undefined> {
  const stats = await lstat(at(directory, name), { bigint: true }).catch(() => undefined)
  if (stats === undefined) return undefined
  const about = {
    name: name.toString(),
    path: shown(names),
    ...(names.every(isUtf8Name) ? {} : { encoded: pathInUrl(names) }),
  }
  if (!stats.isSymbolicLink()) return { ...about, ...described(stats) }
  const link = (
    await readlink(at(directory, name), { encoding: 'buffer' }).catch(() => Buffer.alloc(0))
  ).toString()
  const target = await targetOf(worktree, names)
  return { ...about, link, ...(target === undefined ? { type: 'link' } : described(target)) }
}

async function targetOf(worktree: Tree, names: Names): Promise<BigIntStats | undefined> {
  try {
    await using place = await worktree.resolve(names, { followLast: true })
    const { directory, name } = place
    return name === undefined
      ? await directory.stat({ bigint: true })
      : await lstat(at(directory, name), { bigint: true })
  } catch {
    return undefined
  }
}

function described(stats: BigIntStats): Pick<Entry, 'type' | 'size' | 'modified'> {
  const modified = Number(stats.mtimeMs / 1_000n)
  if (stats.isDirectory()) return { type: 'directory', modified }
  return stats.isFile() ? { type: 'file', size: Number(stats.size), modified } : { type: 'other', modified }
}
