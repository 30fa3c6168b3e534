/** What artifacts may cost. Sizes in bytes. */
export type ArtifactLimits = {
  /** How many files of one command are kept, and how large they may be together. */
  readonly maxFiles: number
  readonly maxBytes: number
  /** How long they are kept, and how large those of all sessions may be together: the oldest go first. 0: any. */
  readonly retainDays: number
  readonly totalBytes: number
}

export const defaultArtifactLimits: ArtifactLimits = {
  maxFiles: 1_000,
  maxBytes: 1024 ** 3,
  retainDays: 30,
  totalBytes: 20 * 1024 ** 3,
}
