import type { Graph } from './graph.ts'

/** A program to start in the directory of a workspace. */
export interface Call {
  readonly file: string
  readonly args: readonly string[]
  /** The exit code of success, where that is not 0. */
  readonly status?: number
  /** A directory of programs that come before all others on PATH. */
  readonly programs?: string
}

/** A task runner: how it wants to be told about a graph, and how it is asked to run it. */
export interface Runner {
  readonly name: string
  readonly version: string
  /** Writes its own files, for two jobs at once. Inputs are there already. */
  declare(directory: string, graph: Graph): void
  run(target: string): Call
  /** The same, with the same outcome, where there is a quicker way that no figure is taken of. */
  readonly fill?: (target: string) => Call
  /** Prints the names of all tasks. None: it cannot. */
  readonly list?: () => Call
  readonly environment?: (base: string) => Readonly<Record<string, string>>
  /** Ends what it leaves running on purpose. */
  readonly stop?: () => Call
}

/** How many tasks a runner may run at once. */
export const jobs = 2
