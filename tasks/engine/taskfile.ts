import { UserError } from '../../lib/user-error.ts'
import { isMount, type Mount } from './mount.ts'
import { nameFault } from './names.ts'
import { isTask, type Task } from './task.ts'

/** A Taskfile as read: its tasks by name, in the order of its keys, with those of the Taskfiles that it mounts. */
export interface Taskfile {
  readonly path: string
  readonly tasks: ReadonlyMap<string, Task>
  /** The paths of all Taskfiles that were read, where it mounts any. */
  readonly files?: readonly string[]
  /** Of the tasks that were mounted, by name. */
  readonly mounted?: ReadonlyMap<string, Place>
}

/** Where a mounted task is at home. */
export interface Place {
  /** In front of its name, as in `web` of `web:build`. */
  readonly prefix: string
  /** Of its Taskfile, relative to that of the outermost one. */
  readonly directory: string
}

/** One file, without what it mounts. */
export interface SingleTaskfile extends Taskfile {
  readonly mounts: ReadonlyMap<string, Mount>
}

/** Reads what a Taskfile exports. Throws a UserError that names the file and the key that is wrong. */
export function readTaskfile(path: string, exported: unknown): SingleTaskfile {
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
  const mounts = new Map<string, Mount>()
  for (const name of Object.keys(exported)) {
    const value: unknown = exported[name as keyof typeof exported]
    const fault = nameFault(name)
    if (fault !== undefined) throw new UserError(`${path}: ${fault}`, { fix: 'give it another key' })
    if (isMount(value)) {
      mounts.set(name, value)
      continue
    }
    if (!isTask(value)) {
      throw new UserError(`${path}: "${name}" is ${kindOf(value)}, not a task`, {
        fix: "make it one with task({ describe: '…', run: … })",
      })
    }
    tasks.set(name, value)
  }
  return { path, tasks, mounts }
}

/** What a value is, with an article, for messages. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
