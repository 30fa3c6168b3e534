import {
  type BigIntStats,
  closeSync,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { below } from '../../../lib/byte-path.ts'
import type { IndexedDirectory } from './git-index.ts'

/** What the kernel says of directories, by their paths in a checkout (latin1). */
export type DirectoryStamps = ReadonlyMap<string, string>

/** The same until somebody changes its rights or what lies in it: no program can set the time of a change. */
export const stampOf = ({ ino, ctimeNs }: BigIntStats): string => `${ino} ${ctimeNs}`

/**
 * Writes down the stamps of all directories that an index has; not of one that was touched just now, for times go in steps of
 * milliseconds, and what is done to it next may have the same one.
 */
export function noteStamps(checkout: string, index: IndexedDirectory, file: string): void {
  const draft = `${file}-draft`
  const output = openSync(draft, 'w', 0o600)
  try {
    const { mtimeNs: now } = fstatSync(output, { bigint: true })
    const entries = pathsIn(index).map(path => {
      const place = below(Buffer.from(checkout), Buffer.from(path, 'latin1'))
      const stat = lstatSync(place, { bigint: true })
      return stat.ctimeNs < now ? `${stampOf(stat)} ${path}\0` : ''
    })
    writeFileSync(output, entries.join(''), 'latin1')
  } finally {
    closeSync(output)
  }
  renameSync(draft, file)
}

/** None where nothing has been written down. */
export function readStamps(file: string): DirectoryStamps {
  const entries = read(file).split('\0')
  return new Map(
    entries.flatMap(entry => {
      const [, stamp, path] = /^(\d+ \d+) (.*)$/s.exec(entry) ?? []
      return stamp === undefined || path === undefined ? [] : [[path, stamp]]
    }),
  )
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}

const pathsIn = ({ directories }: IndexedDirectory): string[] =>
  [...directories].flatMap(([name, inner]) => [name, ...pathsIn(inner).map(path => `${name}/${path}`)])
