import { rmSync } from 'node:fs'
import { bothSettled } from '../../../lib/both-settled.ts'
import type { Lease } from '../leases/lease.ts'
import type { Git, GitOutcome } from './git.ts'

/** Files that are checked out of a mirror, with an index that lies elsewhere: as long as no session has them, no repository. */
export type Checkout = { mirror: string; checkout: string; index: string }

/** Makes tracked files be those of a commit, whatever they are. */
export const resetCheckout = (git: Git, at: Checkout, commit: string, signal: AbortSignal) =>
  run(git, at, ['read-tree', '--reset', '-u', commit], signal)

/** Removes what is not tracked, ignored files and other repositories included. */
export const cleanCheckout = (git: Git, at: Checkout, signal: AbortSignal) =>
  run(git, at, ['clean', '-ffdxq'], signal)

/** Takes files that are those of the commit `from` to the commit `to`, and looks at no file that both have. */
export async function advanceCheckout(
  git: Git,
  at: Checkout,
  { from, to }: { from: string; to: string },
  lease: Pick<Lease, 'require'>,
  signal: AbortSignal,
): Promise<GitOutcome> {
  if (from === to) return { kind: 'done', stdout: '' }
  const attributes = [from, to, '--', ':(glob)**/.gitattributes']
  const [differ, advanced] = await bothSettled(
    run(git, at, ['diff-tree', '-r', '--name-only', ...attributes], signal),
    run(git, at, ['read-tree', '-m', '-u', from, to], signal),
  )
  if (differ.kind !== 'done') return differ
  if (differ.stdout === '') return advanced
  // They say how files are written, also those whose content is the same in both; they seldom differ. None of the others may be
  // left, for git heeds also those that it does not track.
  lease.require()
  rmSync(at.index)
  const cleaned = await cleanCheckout(git, at, signal)
  return cleaned.kind === 'done' ? resetCheckout(git, at, to, signal) : cleaned
}

const run = (git: Git, { mirror, checkout, index }: Checkout, args: string[], signal: AbortSignal) =>
  git.run([`--git-dir=${mirror}`, `--work-tree=${checkout}`, ...args], { index, signal })
