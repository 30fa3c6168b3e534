import {
  type BigIntStats,
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  unlinkSync,
} from 'node:fs'
import { below } from '../../../lib/byte-path.ts'
import { type DirectoryStamps, stampOf } from './directory-stamps.ts'
import type { IndexedDirectory, IndexedFile } from './git-index.ts'

export type Handed = {
  readonly index: IndexedDirectory
  /** When the files were handed out, in nanoseconds: what was changed from that moment on is not proven. */
  readonly since: bigint
  /** Of directories as they were scrubbed last. */
  readonly stamps: DirectoryStamps
  /** A name, on the same file system and out of what is scrubbed, where new directories are made. */
  readonly fresh: string
}

/**
 * Takes out of a checkout whatever is not proven to be as it was when it was handed out: files that are not in the index
 * or have been touched, and everything that is neither plain file, link nor directory of the index. Nothing is followed,
 * opened, or asked of git. What is missing then, git writes anew.
 *
 * A file is proven by what the kernel says of it: the same inode, with a change time, which no program can set, that is
 * the same to the nanosecond. Git itself compares seconds. So is a directory, and otherwise it is made anew around what is left
 * in it, for it may have attributes and lists of rights that its mode does not show. An instant proves nothing of it: the
 * clock may have been set back meanwhile.
 */
export function scrubCheckout(path: string, handed: Handed): void {
  const root = Buffer.from(path)
  const stat = lstatSync(root, { bigint: true })
  if (!stat.isDirectory()) throw new Error('its checkout is no directory any more')
  scrubDirectory({ path: root, name: '', stat, wanted: handed.index }, handed)
}

type Directory = {
  readonly path: Buffer
  /** Within the checkout; empty: the checkout itself. */
  readonly name: string
  readonly stat: BigIntStats
  readonly wanted: IndexedDirectory
}

function scrubDirectory(directory: Directory, handed: Handed): void {
  const { path, name, stat } = directory
  open(path, stat)
  const left = namesIn(path).filter(entry => scrubEntry(directory, entry, handed))
  // Judged by what it was like before anything was taken out of it.
  if (handed.stamps.get(name) !== stampOf(stat)) remake(path, left, handed)
}

/** False where nothing of it is left. */
function scrubEntry(
  { path: around, name: outer, wanted }: Directory,
  entry: string,
  handed: Handed,
): boolean {
  const path = inside(around, entry)
  const stat = lstatSync(path, { bigint: true })
  const file = wanted.files.get(entry)
  if (file !== undefined && isProven(stat, file, handed)) return true
  const directory = wanted.directories.get(entry)
  if (directory === undefined || !stat.isDirectory()) {
    remove(path, stat)
    return false
  }
  const name = outer === '' ? entry : `${outer}/${entry}`
  scrubDirectory({ path, name, stat, wanted: directory }, handed)
  return true
}

export const isProven = (stat: BigIntStats, file: IndexedFile, { since }: Pick<Handed, 'since'>): boolean =>
  (stat.isFile() || stat.isSymbolicLink()) &&
  stat.ctimeNs === file.ctimeNs &&
  stat.ctimeNs < since &&
  stat.mtimeNs === file.mtimeNs &&
  low(stat.ino) === file.ino &&
  low(stat.size) === file.size &&
  low(stat.uid) === file.uid &&
  low(stat.gid) === file.gid

/** The 32 bits that an index has room for. */
const low = (value: bigint): number => Number(BigInt.asUintN(32, value))

function remove(path: Buffer, stat: BigIntStats): void {
  if (stat.isDirectory()) {
    open(path, stat)
    for (const name of namesIn(path)) {
      const inner = inside(path, name)
      remove(inner, lstatSync(inner, { bigint: true }))
    }
    rmdirSync(path)
  } else unlinkSync(path)
}

/** Makes it readable and writable for us, where it is not. */
function open(path: Buffer, { mode }: BigIntStats): void {
  if ((mode & 0o700n) !== 0o700n) chmodSync(path, 0o700)
}

/** Puts a new directory in the place of this one, with what it has. Made elsewhere, so that it inherits nothing. */
function remake(path: Buffer, names: readonly string[], { fresh }: Handed): void {
  const made = Buffer.from(fresh)
  mkdirSync(made)
  for (const name of names) renameSync(inside(path, name), inside(made, name))
  rmdirSync(path)
  renameSync(made, path)
}

const namesIn = (path: Buffer): string[] => readdirSync(path, { encoding: 'latin1' })

const inside = (path: Buffer, name: string): Buffer => below(path, Buffer.from(name, 'latin1'))
