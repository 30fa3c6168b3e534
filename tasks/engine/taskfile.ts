import { UserError } from '../../lib/user-error.ts'
import { nameFault } from './names.ts'
import { isTask, type Task } from './task.ts'

/** A Taskfile as read: its tasks by name, in the order of its keys. */
export interface Taskfile {
  readonly path: string
  readonly tasks: ReadonlyMap<string, Task>
}

/** Reads what a Taskfile exports. Throws a UserError that names the file and the key that is wrong. */
export function readTaskfile(path: string, exported: unknown): Taskfile {
  const example = "export tasks by name: export default { build, 'db:upgrade': upgrade }"
  if (exported === undefined) throw new UserError(`${path} has no default export`, { fix: example })
  if (isTask(exported))
    throw new UserError(`the default export of ${path} is one task, without a name`, { fix: example })
  if (typeof exported !== 'object' || exported === null || Array.isArray(exported)) {
    throw new UserError(`the default export of ${path} is ${kindOf(exported)}, not an object of tasks`, {
      fix: example,
    })
  }
  const tasks = new Map<string, Task>()
  for (const [name, value] of Object.entries(exported)) {
    const fault = nameFault(name)
    if (fault !== undefined) throw new UserError(`${path}: ${fault}`, { fix: 'give it another key' })
    if (!isTask(value)) {
      throw new UserError(`${path}: "${name}" is ${kindOf(value)}, not a task`, {
        fix: "make it one with task({ describe: '…', run: … })",
      })
    }
    tasks.set(name, value)
  }
  return { path, tasks }
}

/** What a value is, with an article, for messages. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
