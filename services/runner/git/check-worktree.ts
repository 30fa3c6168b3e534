import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Git } from './git.ts'
import { publicMessage } from './public-message.ts'

export type CheckedWorktree = { usable: true } | { usable: false; message: string }

/**
 * Whether a session can go on in a worktree that was left alone for a while: it is there, git takes it for a repository,
 * and the commit that it is at can be read. A branch without any commit is one, too. What files are in it is the
 * session's affair.
 */
export async function checkWorktree(
  git: Git,
  worktree: string,
  privateRoot: string,
  signal: AbortSignal,
): Promise<CheckedWorktree> {
  const found = await lstat(worktree).catch(() => undefined)
  if (found === undefined || !found.isDirectory()) return { usable: false, message: 'its worktree is gone' }
  // Named, for git would look for another one in the directories above.
  const run = (...args: string[]) => git.run([`--git-dir=${join(worktree, '.git')}`, ...args], { signal })
  const repository = await run('rev-parse', '--git-dir')
  if (repository.kind !== 'done') return damaged(repository)
  const head = await run('rev-parse', '--verify', '--quiet', 'HEAD')
  if (head.kind !== 'done') return { usable: true }
  const read = await run('cat-file', '-e', `${head.stdout.trim()}^{tree}`)
  return read.kind === 'done' ? { usable: true } : damaged(read)

  function damaged({ stderr }: { stderr: string }): CheckedWorktree {
    return { usable: false, message: `its worktree is damaged: ${publicMessage(stderr, privateRoot)}` }
  }
}
