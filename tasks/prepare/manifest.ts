/** What a preparation leaves beside its program, written last. Read by `launch.mjs`, and only where it fits. */
export interface Manifest {
  /** The program names files below it by their absolute paths. */
  readonly root: string
  /** Both beside the manifest. */
  readonly program: Stamp
  /** What V8 has compiled of the program, by what a start does (see `launch.mjs`). None where that could not be had. */
  readonly codes: Readonly<Record<string, Stamp>> | undefined
  /** Programs that go ahead of it, by name, with the same for those. */
  readonly ahead: Readonly<Record<string, { readonly program: Stamp; readonly code: Stamp | undefined }>>
  /** All that the programs were made from, and all that made them, below the root. */
  readonly sources: readonly Stamp[]
}

/**
 * A file as it was, times in milliseconds. Who changes a file may set its mtime, but not its ctime. What was prepared has
 * null for that: being renamed into its place changes it.
 */
export type Stamp = readonly [
  path: string,
  size: number,
  mtimeMs: number,
  ctimeMs: number | null,
  inode: number,
]
