import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'

/** What git wrote down of a file when it had checked it out. Numbers are the low 32 bits; instants are nanoseconds. */
export type IndexedFile = {
  ctimeNs: bigint
  mtimeNs: bigint
  ino: number
  mode: number
  uid: number
  gid: number
  size: number
}

/** A directory of the index. Names are bytes, each as one character (latin1): git's are in no encoding. */
export type IndexedDirectory = {
  readonly directories: Map<string, IndexedDirectory>
  readonly files: Map<string, IndexedFile>
}

const signature = 'DIRC'
/** Bytes of a header, of an entry before its name, and of a SHA-1. */
const [header, fixed, digest] = [12, 62, 20]
/** Of another repository within this one; such an entry has no file. */
const gitlink = 0o160000
const longestName = 0xfff

/**
 * Reads an index of version 2, which is what the runner's git writes: gitformat-index(5). Extensions are left out. Throws
 * where it is of another version, or not whole.
 */
export function readGitIndex(file: string): IndexedDirectory {
  const bytes = readFileSync(file)
  requireWhole(bytes)
  if (bytes.readUInt32BE(4) !== 2) throw new Error('its index is not of version 2')
  const root = emptyDirectory()
  let at = header
  for (let left = bytes.readUInt32BE(8); left > 0; left--) {
    const nameAt = at + fixed
    const stated = bytes.readUInt16BE(at + 60) & longestName
    const length = stated < longestName ? stated : bytes.indexOf(0, nameAt) - nameAt
    const entry = readEntry(bytes, at)
    if (entry.mode !== gitlink) insert(root, bytes.toString('latin1', nameAt, nameAt + length), entry)
    // Padded with one to eight zeros to a multiple of eight.
    at += (fixed + length + 8) & ~7
  }
  return root
}

/** Throws where bytes are no index as git has written it, which git itself does not look at when it reads one. */
function requireWhole(bytes: Buffer): void {
  const end = bytes.length - digest
  if (end < header || bytes.toString('latin1', 0, 4) !== signature) throw new Error('it is no index')
  if (!createHash('sha1').update(bytes.subarray(0, end)).digest().equals(bytes.subarray(end)))
    throw new Error('its index is damaged')
}

/** False also where there is none. */
export async function isWholeIndex(file: string): Promise<boolean> {
  try {
    requireWhole(await readFile(file))
    return true
  } catch {
    return false
  }
}

export const emptyDirectory = (): IndexedDirectory => ({ directories: new Map(), files: new Map() })

function readEntry(bytes: Buffer, at: number): IndexedFile {
  const word = (nth: number) => bytes.readUInt32BE(at + 4 * nth)
  const instant = (nth: number) => BigInt(word(nth)) * 1_000_000_000n + BigInt(word(nth + 1))
  return {
    ctimeNs: instant(0),
    mtimeNs: instant(2),
    ino: word(5),
    mode: word(6),
    uid: word(7),
    gid: word(8),
    size: word(9),
  }
}

function insert(root: IndexedDirectory, path: string, entry: IndexedFile): void {
  const names = path.split('/')
  const last = names.pop() ?? ''
  let directory = root
  for (const name of names) {
    let below = directory.directories.get(name)
    if (below === undefined) {
      below = emptyDirectory()
      directory.directories.set(name, below)
    }
    directory = below
  }
  directory.files.set(last, entry)
}
