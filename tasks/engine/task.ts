import type { z } from 'zod'
import type { TaskContext } from './context.ts'

const brand = Symbol.for('debug-server.task')

/** Tasks as values, whose results arrive typed, or as names, whose results are unknown. */
export type Needs = Readonly<Record<string, Task | string>>

/** What `run` receives for its needs. */
export type Results<N extends Needs> = { readonly [K in keyof N]: N[K] extends Task<infer R> ? R : unknown }

/** zod as `params` receives it: loaded only where parameters are read. */
export type Zod = typeof z

/**
 * The parameters of a task, by name. `.describe()` is the line for help; `.meta()` may hold `positional: true`,
 * `short: 'f'`, `env: 'PORT'`, `value: 'FILE'` (what its value is called in help) and `hidden: true` (not in help).
 */
export type ParamShape = Readonly<Record<string, z.ZodType>>
export type Params<S extends ParamShape> = { readonly [K in keyof S]: z.output<S[K]> }

/** Milliseconds, or a text such as `500ms`, `30s`, `5m`, `2h`. */
export type Time = number | string

/**
 * What a task depends on beside its needs: a path or a glob below the directory of the Taskfile (`src`, `src/**` and
 * `/*.ts`; `!` in front takes away), a file whose name may look like a glob, or a value with a name.
 */
export type Input =
  | string
  | { readonly file: string; readonly optional?: boolean }
  | { readonly glob: string; readonly optional?: boolean }
  | { readonly name: string; readonly value: unknown }

/** A program of the host: a range of versions as in package.json, `*` for any, and how it is asked for its version. */
export type Tool =
  | string
  | { readonly version?: string; readonly args?: readonly string[]; readonly fix?: string }

export interface Retries {
  /** How often it is tried again after the first failure. */
  readonly times: number
  /** Before the first repetition. Default 1 s. */
  readonly delay?: Time
  /** By which the delay grows at each repetition. Default 2. */
  readonly factor?: number
  /** The longest delay. Default 1 minute. */
  readonly longest?: Time
}

/** When a service is ready: a line of its output, a port that accepts, an address that answers with 2xx, or a function. */
export type Readiness = (
  | { readonly line: RegExp }
  | { readonly port: number; readonly host?: string }
  | { readonly url: string }
  | { readonly check: (signal: AbortSignal) => Promise<boolean> | boolean }
) & {
  /** How long it may take. Default 30 s. */
  readonly within?: Time
}

/** At most `limit` tasks of a group run at once. A name alone means one. */
export type Concurrency = string | { readonly group: string; readonly limit: number }

/** What is known of a task before it runs. */
export interface TaskPlace<S extends ParamShape = ParamShape> {
  readonly root: string
  readonly params: Params<S>
  /** The words after `--`. */
  readonly rest: readonly string[]
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

/** A program and its arguments, started without a shell. What it prints is the task's log; its result is undefined. */
export type Command = readonly [file: string, ...args: string[]]

export interface TaskOptions<N extends Needs, S extends ParamShape, R> {
  /** One line for `--list`. */
  readonly describe: string
  readonly needs?: N | (() => N)
  /** `params: z => ({ port: z.coerce.number().default(8000).describe('where it listens') })` becomes `--port N`. */
  readonly params?: (z: Zod) => S
  /** What the words after `--` are, for help. A function that has none of this takes no such words; a command takes any. */
  readonly rest?: string
  /**
   * Environment variables by which the parameters reach all that runs with this task, its needs and their commands
   * included. Pure.
   */
  readonly setsEnv?: (params: Params<NoInfer<S>>) => Readonly<Record<string, string>>
  /**
   * Another task and its words, where these parameters ask for that one: `bootstrap --check` is `check`. Nothing of
   * this task, its needs included, is planned then. Pure.
   */
  readonly instead?: (
    params: Params<NoInfer<S>>,
  ) => { readonly name: string; readonly words: readonly string[] } | undefined

  /**
   * A task that names its inputs, be it none (`[]`), or its outputs is up to date, and does not run, while everything
   * that its result came from is the same and its outputs are as it left them. One that names neither always runs.
   */
  readonly inputs?:
    | readonly Input[]
    | ((results: Results<NoInfer<N>>, place: TaskPlace<NoInfer<S>>) => readonly Input[])
  /** Files, directories and globs that it makes, below the directory of the Taskfile. */
  readonly outputs?:
    | readonly string[]
    | ((results: Results<NoInfer<N>>, place: TaskPlace<NoInfer<S>>) => readonly string[])
  /** Whether outputs are kept, to be restored when the same is asked for again. Default true. */
  readonly cache?: boolean
  /** Names of environment variables that count. */
  readonly env?: readonly string[]
  /** Programs that must be there, by name; their versions count. */
  readonly tools?: Readonly<Record<string, Tool>>
  /** Where it can run: `linux`, `darwin/arm64`: values of process.platform, and of process.arch behind a slash. */
  readonly platform?: string | readonly string[]

  /** How long one attempt may take. */
  readonly timeout?: Time
  /** How long it may say nothing. */
  readonly heartbeat?: Time
  readonly retries?: number | Retries
  /** Names of environment variables whose values are shown and stored nowhere: `***` stands in their place. */
  readonly secrets?: readonly string[]
  readonly concurrency?: Concurrency
  /** Asked before it runs, unless `--yes` was given. Without a terminal and without `--yes` it does not run. */
  readonly confirm?:
    | string
    | ((
        results: Results<NoInfer<N>>,
        place: TaskPlace<NoInfer<S>>,
      ) => Promise<string | undefined> | string | undefined)
  /** When a service is ready: see service.ts. */
  readonly ready?: Readiness
  /**
   * How long the task may take to take back what it did, once it is aborted and its processes have ended. It is
   * abandoned after that. Default: 500 ms.
   */
  readonly undoMs?: number
  /** It only looks and changes nothing: a run of such tasks leaves no trace, not even that there was one. */
  readonly onlyLooks?: boolean
  readonly look?: Look
  readonly run:
    | Command
    | ((results: Results<NoInfer<N>>, context: TaskContext<Params<NoInfer<S>>>) => R | Promise<R>)
}

/**
 * A task: a typed value that other tasks name in their `needs`. It has no name of its own; it gets one from the key of
 * the Taskfile that exports it, or else from the key under which another task needs it.
 */
export interface Task<out R = unknown> {
  readonly [brand]: true
  /** The type of its result, which no property holds. */
  readonly result?: R
  readonly options: AnyTaskOptions
  /** What it needs, by key. A function, for a need may be declared further down in its file. */
  readonly needs: () => Needs
  /** The files that declared it, as URLs, where its source counts. */
  readonly modules: readonly string[]
}

/** The options as the engine sees them: it hands over results by the keys of `needs`, and parameters as they were read. */
export interface AnyTaskOptions
  extends Omit<
    TaskOptions<Needs, ParamShape, unknown>,
    'needs' | 'setsEnv' | 'instead' | 'inputs' | 'outputs' | 'confirm' | 'run'
  > {
  readonly setsEnv?: (params: AnyParams) => Readonly<Record<string, string>>
  readonly instead?: (
    params: AnyParams,
  ) => { readonly name: string; readonly words: readonly string[] } | undefined
  readonly inputs?: readonly Input[] | ((results: AnyResults, place: AnyPlace) => readonly Input[])
  readonly outputs?: readonly string[] | ((results: AnyResults, place: AnyPlace) => readonly string[])
  readonly confirm?:
    | string
    | ((results: AnyResults, place: AnyPlace) => Promise<string | undefined> | string | undefined)
  readonly run: Command | ((results: AnyResults, context: TaskContext<AnyParams>) => unknown)
}

export type AnyParams = Readonly<Record<string, unknown>>
export type AnyResults = Readonly<Record<string, unknown>>
export type AnyPlace = TaskPlace<ParamShape>

/** Declares a task. Nothing runs and nothing is checked until a Taskfile that leads to it is planned. */
export function task<
  const N extends Needs = Record<never, never>,
  S extends ParamShape = Record<never, never>,
  R = void,
>(options: TaskOptions<N, S, R>): Task<R> {
  const { needs } = options
  // The one place where types are given up.
  const known = options as unknown as AnyTaskOptions
  return {
    [brand]: true,
    options: known,
    needs: () => (typeof needs === 'function' ? needs() : (needs ?? {})),
    modules: countsItsSource(known) ? callersOf(task) : [],
  }
}

/** A command is all that it does; of a function the text is not enough, for it uses what is around it. */
function countsItsSource({ inputs, outputs, run }: AnyTaskOptions): boolean {
  return (inputs !== undefined || outputs !== undefined) && typeof run === 'function'
}

/** Deeper stacks than this do not declare tasks. */
const deepest = 20

/** The files of the functions that are calling `callee` now: of a task that a helper makes, the helper's and its caller's. */
function callersOf(callee: (...args: never[]) => unknown): readonly string[] {
  const { prepareStackTrace, stackTraceLimit } = Error
  let files: readonly string[] = []
  try {
    Error.stackTraceLimit = deepest
    Error.prepareStackTrace = (_, frames) => {
      const names = frames.flatMap(frame => frame.getFileName() ?? [])
      // Behind this stand those who loaded the module: the program itself, in the end.
      const loader = names.findIndex(name => name.startsWith('node:internal/modules/'))
      files = loader === -1 ? names : names.slice(0, loader)
    }
    const site: { stack?: unknown } = {}
    Error.captureStackTrace(site, callee)
    void site.stack // which is when the frames are asked for
  } finally {
    Error.prepareStackTrace = prepareStackTrace
    Error.stackTraceLimit = stackTraceLimit
  }
  return [...new Set(files.filter(file => file.startsWith('file:')))]
}

export function isTask(value: unknown): value is Task {
  return typeof value === 'object' && value !== null && brand in value
}
