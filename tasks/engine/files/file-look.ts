import { lstatSync, type Stats, statSync } from 'node:fs'

/** What a file is; `executable` is a file that somebody may run. */
export const fileKinds = ['file', 'executable', 'link', 'directory', 'other'] as const
export type FileKind = (typeof fileKinds)[number]

/**
 * What the system says of a file without reading it. As long as all of it is the same, so is the content: size and
 * modification time can be put back by hand, the time of change cannot, and a file that takes another's place has
 * another inode.
 */
export interface FileLook {
  readonly size: number
  readonly mtimeMs: number
  readonly ctimeMs: number
  readonly ino: number
  readonly kind: FileKind
}

/** A link counts as what it leads to; one that leads nowhere, as a link. Undefined where there is nothing. */
export function lookThrough(path: string): FileLook | undefined {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats === undefined ? lookAt(path) : lookOf(stats)
}

/** A link counts as itself. */
export function lookAt(path: string): FileLook | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  return stats === undefined ? undefined : lookOf(stats)
}

export function lookOf(stats: Stats): FileLook {
  const { size, mtimeMs, ctimeMs, ino, mode } = stats
  return { size, mtimeMs, ctimeMs, ino, kind: kindOf(mode) }
}

export function sameLook(a: FileLook, b: FileLook): boolean {
  return (
    a.ctimeMs === b.ctimeMs &&
    a.mtimeMs === b.mtimeMs &&
    a.size === b.size &&
    a.ino === b.ino &&
    a.kind === b.kind
  )
}

/** The place of a kind in the list of them. */
export function kindPlace(mode: number): number {
  return fileKinds.indexOf(kindOf(mode))
}

/** The type bits of a mode, shifted to its end, from inode(7): S_IFREG, S_IFLNK, S_IFDIR. */
const types: Readonly<Record<number, FileKind>> = { 8: 'file', 10: 'link', 4: 'directory' }

function kindOf(mode: number): FileKind {
  const kind = types[mode >> 12] ?? 'other'
  return kind === 'file' && (mode & 0o111) !== 0 ? 'executable' : kind
}

/** The kernel's clock for files advances in steps of up to 10 ms; some file systems know whole seconds or two only. */
const granularityMs = 25
const coarseGranularityMs = 2_500

/**
 * Whether a later change would show in the look. Not where the file was changed just before it was read: a change
 * within the same step of the clock gives it the same times. Nor where its times lie in the future.
 */
export function isTrustworthy(
  { mtimeMs, ctimeMs }: Pick<FileLook, 'mtimeMs' | 'ctimeMs'>,
  readAt: number,
): boolean {
  const coarse = mtimeMs % 1000 === 0 && ctimeMs % 1000 === 0
  return Math.max(mtimeMs, ctimeMs) < readAt - (coarse ? coarseGranularityMs : granularityMs)
}
