import type { PackageEntries } from './package-target.ts'

/** What tells one state of a file from another without reading it. */
export interface FileStat {
  readonly size: number
  readonly mtimeMs: number
  readonly ctimeMs: number
  readonly ino: number
}

/** What was learned of a file when it was read, as it is stored: plain JSON. */
export interface RememberedSource extends FileStat {
  readonly digest: string
  /** Paths of files that it imports. */
  readonly imports: readonly string[]
  /**
   * Packages that it imports, as they are named there: `zod`, `@scope/name/sub/path`, `#internal`. Where they are is
   * looked up each time, for an installation may put another one nearer.
   */
  readonly packages: readonly string[]
  /** It is no module that could be parsed. */
  readonly importsUnknown?: true
  /** Where it is in truth, if the path goes over a symbolic link: its imports are relative to that. */
  readonly real?: string
  /** Of a package.json that is no installed package's: the modules it leads to belong to the project. */
  readonly entries?: PackageEntries
  /** It had changed so shortly before it was read that a later change might show in no number. */
  readonly untrusted?: true
}

/** No clock that stamps files is coarser, but for file systems that keep whole seconds (or two: FAT). */
const granularityMs = 25
const wholeSecondsMs = 2_000

/** Whether a change after `readAt` must show in the file's times. */
export function isSettled({ mtimeMs, ctimeMs }: FileStat, readAt: number): boolean {
  const coarse = mtimeMs % 1_000 === 0 && ctimeMs % 1_000 === 0
  return Math.max(mtimeMs, ctimeMs) < readAt - (coarse ? wholeSecondsMs : granularityMs)
}

export const sameStat = (a: FileStat, b: FileStat): boolean =>
  a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.ino === b.ino
