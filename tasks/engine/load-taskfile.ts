import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { UserError } from '../../lib/user-error.ts'
import type { Task } from './task.ts'
import { type Place, readTaskfile, type SingleTaskfile, type Taskfile } from './taskfile.ts'

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
  files.push(path)
  const own = readTaskfile(path, await importDefault(path))
  return own.mounts.size === 0 ? own : withMounts(own, files)
}

async function withMounts(own: SingleTaskfile, files: string[]): Promise<Taskfile> {
  const { path } = own
  const tasks = new Map<string, Task>()
  const mounted = new Map<string, Place>()
  const add = async (exported: SingleTaskfile, prefix: string, above: readonly string[]): Promise<void> => {
    const file = exported.path
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
    for (const [name, mount] of exported.mounts) {
      const other = resolve(dirname(file), mount.path)
      const around = [...above, file]
      if (around.includes(other))
        throw new UserError(`Taskfiles that mount each other: ${[...around, other].join(' → ')}`)
      files.push(other)
      await add(readTaskfile(other, await importDefault(other)), front + name, around)
    }
  }
  await add(own, '', [])
  return { path, files, tasks, mounted }
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
