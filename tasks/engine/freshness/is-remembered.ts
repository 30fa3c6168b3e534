import type { Task } from '../task.ts'

/** Whether a task has a fingerprint at all. */
export function isRemembered({ options }: Task): boolean {
  return options.inputs !== undefined || options.outputs !== undefined
}
