import { realpath, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { visible } from '../../../lib/visible.ts'
import { usageError } from '../cli-error.ts'
import type { Io } from '../io.ts'
import { gitIn } from '../working-tree/git.ts'

/**
 * Where this machine has the files of a session's worktree: the directory that is named, else the top of the checkout that
 * one stands in, where that is of the session's repository. Undefined where there is none.
 */
export async function localCheckout(
  io: Io,
  named: string | undefined,
  commit: string | null | undefined,
): Promise<string | undefined> {
  if (named !== undefined) {
    const path = resolve(io.directory, named)
    const found = await stat(path).catch(() => undefined)
    if (found?.isDirectory() !== true)
      throw usageError(`--local ${visible(named)}: there is no such directory`)
    return path
  }
  if (commit === undefined || commit === null) return undefined
  const git = gitIn(io.directory, io)
  const top = await git(['rev-parse', '--show-toplevel']).then(
    answer => `${answer}`.trim(),
    () => undefined,
  )
  if (top === undefined || top === '') return undefined
  // A checkout that has the session's commit is one of its repository.
  const has = await git(['cat-file', '-e', `${commit}^{commit}`]).then(
    () => true,
    () => false,
  )
  io.signal.throwIfAborted()
  return has ? await asTyped(io.directory, top) : undefined
}

/** Git resolves links, and editors do not: the top as one has come to it, where that is the same directory. */
async function asTyped(directory: string, top: string): Promise<string> {
  const real = await realpath(directory)
  if (real === directory || !real.startsWith(top)) return top
  const typed = directory.slice(0, directory.length - (real.length - top.length))
  return (await realpath(typed).catch(() => undefined)) === top ? typed : top
}
