import type { ProcessScope } from '../../lib/processes/process-scope.ts'

/** What the engine gives to a running task. After the task has ended, `log`, `progress` and `print` do nothing. */
export interface TaskContext<P = Readonly<Record<never, never>>> {
  /** The task's name in this run. */
  readonly name: string
  /** From the command line, the environment, and defaults. */
  readonly params: P
  /** The words after `--`. */
  readonly rest: readonly string[]
  /** Aborted when the task is to end: the run was cancelled, another task failed, or a limit of its own was reached. */
  readonly signal: AbortSignal
  /** The directory of the Taskfile, where commands run unless told otherwise. */
  readonly root: string
  /** Adds lines to the task's log. */
  log(line: string): void
  /** Says what is being done now, in place of what was said before. */
  progress(text: string): void
  /** The task's own output: goes to stdout as it is, without a line end of the engine's. */
  print(text: string): void
  /** From now on `***` stands in the place of this text, wherever it would be shown or stored. */
  secret(value: string): void
  readonly confirm: Confirm
  readonly exec: Exec
  /** Owns every process of this task, and ends them when the task ends. */
  readonly scope: ProcessScope
}

/** Asks a yes-or-no question; with `--yes` the answer is yes. Undefined where there is nobody to ask. */
export type Confirm = ((question: string) => Promise<boolean>) | undefined

/** Runs one command in the task's scope. */
export type Exec = (file: string, args?: readonly string[], options?: ExecOptions) => Promise<ExecResult>

export interface ExecOptions {
  readonly cwd?: string
  /** Set on top of the inherited environment; undefined removes. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Written to stdin, which is empty otherwise. */
  readonly input?: string | Uint8Array
  /**
   * `log` (default): each line becomes one of the task's log, and the last mebibyte of each stream is returned.
   * `capture`: both streams are returned whole, up to 64 MiB each, and not logged.
   * `inherit`: the command has the terminal, and nothing is returned.
   */
  readonly output?: 'log' | 'capture' | 'inherit'
  /** Throw a CommandError unless the command exits with 0. Default true. */
  readonly check?: boolean
  /** After this time the command and all it started are ended, and a CommandError is thrown, `check` or not. */
  readonly timeoutMs?: number
  /** Told when the command has printed something: with the line where that is one of the log, without where none has ended yet. */
  readonly heard?: (line?: string) => void
}

export interface ExecResult {
  /** Null where a signal ended it. */
  readonly exitCode: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}
