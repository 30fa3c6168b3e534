import { isSha256 } from '../sha256.ts'

/** One output of a task, as the cache keeps it. */
export interface CachedFile {
  /** Relative to the root, with `/` between its parts. */
  readonly path: string
  readonly kind: 'file' | 'link' | 'directory'
  /** The permissions, `0o777` at most: nothing comes out of a cache that runs as somebody else. Unused of a link. */
  readonly mode: number
  /** Bytes of the content, or of the link's text. Of a directory 0. */
  readonly size: number
  /** SHA-256 of the content, or of the link's text, in hexadecimal. Of a directory ''. */
  readonly digest: string
}

/**
 * What is wrong with a list of files; undefined when all of them lie below the root, whatever it holds, and none would
 * be written through a link, or below a file, of the same list.
 */
export function faultOf(files: readonly CachedFile[]): string | undefined {
  const kinds = new Map<string, CachedFile['kind']>()
  for (const file of files) {
    if (!isBelow(file.path)) return `${JSON.stringify(file.path)} is no path below the root`
    if (kinds.has(file.path)) return `${JSON.stringify(file.path)} is there twice`
    if (!isCount(file.size) || !isCount(file.mode) || file.mode > 0o777)
      return `${JSON.stringify(file.path)} has an impossible size or mode`
    if (file.kind === 'directory' ? file.size !== 0 || file.digest !== '' : !isSha256(file.digest))
      return `${JSON.stringify(file.path)} has no digest that fits its kind`
    kinds.set(file.path, file.kind)
  }
  const checked = new Set<string>([''])
  for (const { path } of files)
    for (let above = parentOf(path); !checked.has(above); above = parentOf(above)) {
      if ((kinds.get(above) ?? 'directory') !== 'directory')
        return `${JSON.stringify(path)} is below ${JSON.stringify(above)}, which is no directory`
      checked.add(above)
    }
  return undefined
}

/** Whether a path leads below the directory it is relative to, by its text: `..` and what is absolute do not. */
export function isBelow(path: string): boolean {
  return !path.includes('\0') && path.split('/').every(part => part !== '' && part !== '.' && part !== '..')
}

/** `''` for the root. */
export const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0
