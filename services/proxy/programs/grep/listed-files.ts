import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { FileHandle } from 'node:fs/promises'
import { errorCode } from '../../../../lib/error-code.ts'
import { type Names, split } from '../../../../lib/tree/names.ts'
import { readNames } from '../../../../lib/tree/read-names.ts'
import { openDirectoryAt, type Tree, treeErrorOf } from '../../../../lib/tree/tree.ts'
import { TreeError } from '../../../../lib/tree/tree-error.ts'
import { isClosed } from '../closed-names.ts'

/** The longest list of names that is read of git, in bytes, and how deep directories are gone into. */
const longestList = 67_108_864
const deepest = 128

/** Nothing that the repository's own configuration says is run. */
const settings = ['core.fsmonitor=false', 'core.untrackedCache=false', 'safe.directory=*'].flatMap(one => [
  '-c',
  one,
])

/**
 * The files below a directory of a tree, in order: in a repository of git those that it does not ignore, elsewhere all. What is
 * ignored as a whole and named all the same is searched as a whole.
 */
export async function* listedFiles(tree: Tree, names: Names, signal: AbortSignal): AsyncGenerator<Names> {
  const all = await gitNames(tree, ['--cached', '--others', '--exclude-standard', '--deduplicate'], signal)
  const ignored = new Set(await gitNames(tree, ['--cached', '--ignored', '--exclude-standard'], signal))
  const prefix = names.length === 0 ? '' : `${names.map(name => name.toString('latin1')).join('/')}/`
  const inside = (all ?? []).filter(path => path.startsWith(prefix) && !ignored.has(path))
  if (inside.length === 0) return yield* filesBelow(tree, names, signal)
  for (const path of inside.sort()) {
    const found = split(Buffer.from(path, 'latin1'))
    if (found.some(isClosed)) continue
    yield found
    // A repository within this one is told as a directory.
    yield* filesBelow(tree, found, signal)
  }
}

/** Each path a text of bytes (latin1); undefined where this is no repository, or git is not to be had. */
async function gitNames(
  tree: Tree,
  which: readonly string[],
  signal: AbortSignal,
): Promise<string[] | undefined> {
  const environment = {
    PATH: process.env.PATH,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_OPTIONAL_LOCKS: '0',
  }
  const child = spawn('git', [...settings, 'ls-files', '-z', ...which], {
    ...{ cwd: tree.path, env: environment, signal, killSignal: 'SIGKILL' },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const parts: Buffer[] = []
  let bytes = 0
  child.stdout.on('data', (part: Buffer) => {
    bytes += part.length
    if (bytes > longestList) child.kill('SIGKILL')
    else parts.push(part)
  })
  const [code] = await once(child, 'close').catch(() => [undefined])
  if (code !== 0) return undefined
  return Buffer.concat(parts).toString('latin1').split('\0').filter(Boolean)
}

/** All files below a directory; none where it is no directory, or is not there any more. A link to one is none. */
async function* filesBelow(tree: Tree, names: Names, signal: AbortSignal): AsyncGenerator<Names> {
  const opened = await directoryAt(tree, names).catch(error => {
    if (treeErrorOf(error) instanceof TreeError) return undefined
    throw error
  })
  if (opened === undefined) return
  await using directory = opened
  yield* within(directory, names, signal, deepest)
}

async function directoryAt(tree: Tree, names: Names): Promise<FileHandle> {
  await using place = await tree.resolve(names, { followLast: false })
  return await openDirectoryAt(place.directory, place.name ?? Buffer.from('.'))
}

async function* within(
  directory: FileHandle,
  above: Names,
  signal: AbortSignal,
  levels: number,
): AsyncGenerator<Names> {
  const found: { name: Buffer; isDirectory: boolean }[] = []
  for await (const one of readNames(directory)) if (!isClosed(one.name)) found.push(one)
  for (const { name, isDirectory } of found.sort((a, b) => a.name.compare(b.name))) {
    if (signal.aborted) return
    if (!isDirectory) yield [...above, name]
    else if (levels > 0) {
      const inner = await openDirectoryAt(directory, name).catch(error => {
        if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES'].includes(errorCode(error) ?? '')) return undefined
        throw error
      })
      if (inner === undefined) continue
      await using opened = inner
      yield* within(opened, [...above, name], signal, levels - 1)
    }
  }
}
