import type { TaskContext } from './context.ts'
import {
  type Command,
  type Needs,
  type ParamShape,
  type Params,
  type Readiness,
  type Results,
  type Task,
  type TaskOptions,
  task,
} from './task.ts'

type NotOfServices = 'inputs' | 'outputs' | 'cache' | 'retries' | 'timeout' | 'ready' | 'run'

export interface ServiceOptions<N extends Needs, S extends ParamShape>
  extends Omit<TaskOptions<N, S, void>, NotOfServices> {
  /** What needs it starts when it is ready. */
  readonly ready: Readiness
  /** Goes on until the service is ended. What it returns is dropped. */
  readonly run:
    | Command
    | ((results: Results<NoInfer<N>>, context: TaskContext<Params<NoInfer<S>>>) => unknown)
}

/**
 * Declares a task that goes on: a server, a watcher. It runs beside the tasks that need it, takes no job of theirs, and is
 * ended when nothing needs it any more; named on the command line it goes on until the run is cancelled. It has no result.
 * One that ends by itself while it is needed has failed.
 */
export function service<
  const N extends Needs = Record<never, never>,
  S extends ParamShape = Record<never, never>,
>(options: ServiceOptions<N, S>): Task<void> {
  const { run } = options
  return task<N, S, void>({
    ...options,
    run: typeof run === 'function' ? async (results, context) => void (await run(results, context)) : run,
  })
}
