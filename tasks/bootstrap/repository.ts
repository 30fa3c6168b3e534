import { resolve } from 'node:path'
import { UserError } from '../../lib/user-error.ts'
import type { Exec } from '../engine/context.ts'

export type Checkout = { directory: string; commit: string | null }

/** Verifies that `path` is the work tree of a git repository. Reads only. */
export async function verifyCheckout(root: string, path: string, exec: Exec): Promise<Checkout> {
  const directory = resolve(root, path)
  const git = (...args: string[]) =>
    exec('git', ['-C', directory, ...args], { output: 'capture', check: false, timeoutMs: 20_000 })
  const inside = await git('rev-parse', '--is-inside-work-tree')
  if (inside.exitCode !== 0 || inside.stdout.trim() !== 'true')
    throw new UserError(
      `repository.path is ${path}, which is no git work tree: ${firstLine(inside.stderr)}`,
      {
        fix: 'clone the project with git, or set repository.path in config/bootstrap.local.toml',
      },
    )
  const head = await git('rev-parse', '--verify', '--quiet', 'HEAD')
  return { directory, commit: head.exitCode === 0 ? head.stdout.trim() : null }
}

const firstLine = (text: string): string => text.trim().split('\n')[0] || 'a bare repository'
