/** What becomes, or under a dry run would become, of a file. */
export type FileUpdate = {
  readonly path: string
  readonly changed: boolean
  readonly dry_run: boolean
  /** Unified, with secrets masked; empty where nothing changes. */
  readonly diff: string
}

export type CommandRun = {
  readonly command: string
  readonly status: 'ok' | 'failed' | 'skipped'
  readonly returncode: number | null
  readonly output: string
}

/** How every operation of the manager answers, whoever asks. */
export type Envelope<Details> = {
  readonly status: 'ok' | 'error'
  readonly details: Details
  readonly files_updated: readonly FileUpdate[]
  readonly commands_run: readonly CommandRun[]
  readonly warnings: readonly string[]
  readonly errors: readonly string[]
}
