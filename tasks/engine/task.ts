import type { TaskContext } from './context.ts'

const brand = Symbol.for('debug-server.task')

/**
 * A task: a typed value that other tasks name in their `needs`. It has no name of its own; it gets one from the key of
 * the Taskfile that exports it, or else from the key under which another task needs it.
 */
export interface Task<out R = unknown> {
  readonly [brand]: true
  readonly describe: string
  /** What it needs, by key. A function, for a need may be declared further down in its file. */
  readonly needs: () => Needs
  readonly args: TaskArguments<unknown> | undefined
  readonly undoMs: number
  readonly look: Look | undefined
  readonly run: (results: Readonly<Record<string, unknown>>, context: TaskContext<unknown>) => R | Promise<R>
}

/** Tasks as values, whose results arrive typed, or as names, whose results are unknown. */
export type Needs = Readonly<Record<string, Task | string>>

/** What `run` receives for its needs. */
export type Results<N extends Needs> = { readonly [K in keyof N]: N[K] extends Task<infer R> ? R : unknown }

/** A task with these takes every word of the command line that follows its name. */
export interface TaskArguments<P> {
  /** How the words are written, for help: `NAME [--follow]`. */
  readonly usage: string
  /** Reads the words. Throws a UserError that names the wrong one. Must do nothing else: it runs for `--plan` too. */
  readonly parse: (argv: readonly string[]) => P
  /**
   * Environment variables by which the words reach all that runs with this task, its needs and their commands included.
   * Pure, as `parse` is, and asked after it.
   */
  readonly environment?: (argv: readonly string[]) => Readonly<Record<string, string>>
  /**
   * Another task and its words, where these words ask for that one: `bootstrap --check` is `check`. Nothing of this
   * task, its needs included, is planned then. Pure, as `parse` is.
   */
  readonly instead?: (
    argv: readonly string[],
  ) => { readonly name: string; readonly args: readonly string[] } | undefined
}

/** Where a task would run: with this environment, what the words of the command line set included. */
export interface LookPlace {
  readonly root: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

/**
 * One line for `--plan`: what the task would do here and now, or that it would be skipped, and why. Undefined where
 * there is nothing to tell. It reads only: it starts no process, and writes nothing.
 */
export type Look = (at: LookPlace) => Promise<string | undefined> | string | undefined

export interface TaskOptions<N extends Needs, P, R> {
  /** One line for `--list`. */
  readonly describe: string
  readonly needs?: N | (() => N)
  readonly args?: TaskArguments<P>
  /**
   * How long the task may take to take back what it did, once it is aborted and its processes have ended. It is
   * abandoned after that. Default: 500 ms.
   */
  readonly undoMs?: number
  readonly look?: Look
  readonly run: (results: Results<NoInfer<N>>, context: TaskContext<NoInfer<P>>) => R | Promise<R>
}

/** Declares a task. Nothing runs and nothing is checked until a Taskfile that leads to it is planned. */
export function task<const N extends Needs = Record<never, never>, P = undefined, R = void>(
  options: TaskOptions<N, P, R>,
): Task<R> {
  const { describe, needs, args, undoMs = 500, look, run } = options
  return {
    [brand]: true,
    describe,
    needs: () => (typeof needs === 'function' ? needs() : (needs ?? {})),
    args,
    undoMs,
    look,
    // The one place where types are given up: the engine hands over the results under the keys of `needs`, and the
    // arguments that `parse` returned.
    run: (results, context) => run(results as Results<N>, context as TaskContext<P>),
  }
}

export function isTask(value: unknown): value is Task {
  return typeof value === 'object' && value !== null && brand in value
}
