import type { EngineEvent } from '../engine/events.ts'
import type { Style } from './style.ts'

/** Turns the engine's facts into words. */
export interface Reporter {
  report(event: EngineEvent): void
  /** Called once, after the last event: writes what is still to be written. */
  close(): Promise<void>
}

/** Where text goes. */
export interface Output {
  write(text: string): unknown
}

/** A file with all that a task has said. */
export interface LogFile {
  readonly path: string
  /** It has become so long that even that was cut. */
  readonly isCut: boolean
}

/** What leads from a failed task to more. */
export interface TaskTraces {
  /** The command line that runs one task of the plan again. */
  readonly commandFor: (name: string) => string
  /** The file with the task's whole log, where it has said anything. */
  readonly logFileOf: (name: string) => string | undefined
  /** The same file by its full path, once it is complete. */
  readonly wholeLogOf?: (name: string) => LogFile | undefined
}

export interface ReporterOptions extends TaskTraces {
  /** For what tasks print, and nothing else. */
  readonly stdout: Output
  /** For everything else. */
  readonly stderr: Output
  readonly style: Style
}
