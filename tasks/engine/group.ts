import { type Needs, type Task, task } from './task.ts'

const brand = Symbol.for('debug-server.group')

export interface GroupOptions {
  /** One line for `--list`. */
  readonly describe: string
  readonly needs: Needs | (() => Needs)
}

/**
 * Declares a task that stands for those that it needs and does nothing itself. It is up to date as long as they come to
 * the same, so a run of it of which nothing has changed runs nothing at all.
 */
export function group({ describe, needs }: GroupOptions): Task<void> {
  const declared = task({ describe, needs, inputs: [], cache: false, run: nothing })
  // It has no source that could change.
  const marked = { ...declared, modules: [], [brand]: true }
  return marked
}

/** Of another copy of this module, too: a Taskfile has the sources, and the program has its own. */
export function isGroup(task: Task): boolean {
  return brand in task
}

const nothing = (): void => {}
