import { type Needs, type ParamShape, type Readiness, type Task, type TaskOptions, task } from './task.ts'

export interface ServiceOptions<N extends Needs, S extends ParamShape>
  extends Omit<TaskOptions<N, S, void>, 'inputs' | 'outputs' | 'cache' | 'retries' | 'timeout' | 'ready'> {
  /** What needs it starts when it is ready. */
  readonly ready: Readiness
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
  return task<N, S, void>(options)
}
