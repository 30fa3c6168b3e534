/** A program as it is to be started: in a session of its own, with nothing of the caller's but what is named here. */
export type StartRequest = {
  /** The first is the path of the program. */
  readonly words: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly directory: string
  /** What its descriptors 0, 1, … are: open here, or nothing. */
  readonly descriptors: readonly (number | 'ignore')[]
}

/** It outlives whoever has started it. */
export type StartedProcess = {
  readonly pid: number
  /** Its exit code; null where a signal ended it; `untold` where nobody can tell any more, and it may go on. Never rejects. */
  readonly ended: Promise<number | null | 'untold'>
}

/** Starts a program. Rejects with an error that bears the system's code where it cannot. */
export type StartProcess = (request: StartRequest) => Promise<StartedProcess>

/** The same, where `untold` says that nobody can tell whether it was started. */
export type StartOnce = (request: StartRequest) => Promise<StartedProcess | 'untold'>
