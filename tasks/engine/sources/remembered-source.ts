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

export const sameStat = (a: FileStat, b: FileStat): boolean =>
  a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.ino === b.ino
