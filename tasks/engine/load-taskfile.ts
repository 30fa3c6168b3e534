import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { UserError } from '../../lib/user-error.ts'
import type { Task } from './task.ts'
import { type Place, readTaskfile, type Taskfile } from './taskfile.ts'

/** The Taskfile of the nearest directory, upwards from `from`, or undefined where there is none. */
export function findTaskfile(from: string): string | undefined {
  for (let directory = from; ; directory = dirname(directory)) {
    const path = join(directory, 'Taskfile.ts')
    if (existsSync(path)) return path
    if (dirname(directory) === directory) return undefined
  }
}

/**
 * Loads and reads a Taskfile, and those that it mounts. Throws a UserError that names the file and shows where in it the
 * fault is. `files` receives the paths of all that were read, up to one that cannot be.
 */
export async function loadTaskfile(path: string, files: string[] = []): Promise<Taskfile> {
  const tasks = new Map<string, Task>()
  const mounted = new Map<string, Place>()
  const add = async (file: string, prefix: string, above: readonly string[]): Promise<void> => {
    if (above.includes(file))
      throw new UserError(`Taskfiles that mount each other: ${[...above, file].join(' → ')}`)
    files.push(file)
    const exported = readTaskfile(file, await importDefault(file))
    const front = prefix === '' ? '' : `${prefix}:`
    for (const [name, task] of exported.tasks) {
      if (tasks.has(front + name))
        throw new UserError(`${file}: there are two tasks "${front + name}"`, {
          fix: 'mount it under another key',
        })
      tasks.set(front + name, task)
      if (prefix !== '')
        mounted.set(front + name, { prefix, directory: relative(dirname(path), dirname(file)) })
    }
    for (const [name, mount] of exported.mounts)
      await add(resolve(dirname(file), mount.path), front + name, [...above, file])
  }
  await add(path, '', [])
  return mounted.size === 0 ? { path, tasks } : { path, files, tasks, mounted }
}

async function importDefault(path: string): Promise<unknown> {
  if (!existsSync(path)) throw new UserError(`there is no Taskfile at ${path}`)
  let module: { readonly default?: unknown }
  try {
    module = await import(pathToFileURL(path).href)
  } catch (cause) {
    throw new UserError(`${path} cannot be loaded:\n${indent(whereAndWhat(cause))}`, { cause })
  }
  return module.default
}

/** The message of an error, with the lines of its stack that lie in somebody's files rather than in Node. */
function whereAndWhat(error: unknown): string {
  if (!(error instanceof Error)) return `it throws ${String(error)}`
  const lines = (error.stack ?? String(error)).split('\n')
  const kept = lines.filter(line => !/^\s+at .*(node:internal|load-taskfile\.ts)/.test(line))
  return kept.slice(0, 12).join('\n').trim()
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ')
}
