import { nearest } from '../../lib/suggest.ts'
import type { Git } from './git.ts'

/** What is wrong with `repository.default_branch`, or undefined where it is a branch here or on a remote. Reads only. */
export async function defaultBranchFault(git: Git, wanted: string): Promise<string | undefined> {
  const { stdout } = await git([
    'for-each-ref',
    '--format=%(refname)',
    `refs/heads/${wanted}`,
    `refs/remotes/*/${wanted}`,
  ])
  // Git takes what it is asked for as a pattern, and as a directory of names: `a` finds `a/b`.
  if (branchesOf(stdout).includes(wanted)) return undefined
  const all = await git(['for-each-ref', '--format=%(refname)', 'refs/heads', 'refs/remotes'])
  return missingBranch(wanted, branchesOf(all.stdout))
}

/**
 * What `git rev-parse` is asked for, so that the one git that is started anyway lists the branch in most repositories.
 * It wants a pattern, and takes a name for a directory of names; more than the branch may be listed.
 */
export function branchOptions(wanted: string): string[] {
  const [, start, end] = /^(.*)(\w)$/.exec(wanted) ?? []
  if (start === undefined) return []
  return ['--symbolic-full-name', `--branches=${start}[${end}]`, `--remotes=*/${start}[${end}]`]
}

/** Names of branches, each once, from full reference names: `refs/remotes/origin/main` is `main`. */
export function branchesOf(references: string): string[] {
  const names = references
    .split('\n')
    .map(name => name.replace(/^refs\/(?:heads|remotes\/[^/]+)\//, ''))
    .filter(name => name !== '' && name !== 'HEAD')
  return [...new Set(names)]
}

const told = 5

export function missingBranch(wanted: string, branches: readonly string[]): string {
  const near = nearest(wanted, branches)
  const first = near === undefined ? branches : [near, ...branches.filter(name => name !== near)]
  const rest = first.length > told ? ` and ${first.length - told} more` : ''
  const what =
    first.length === 0 ? 'there is no branch at all' : `there are: ${first.slice(0, told).join(', ')}`
  return `repository.default_branch is ${wanted}, a branch neither here nor on a remote; ${what}${rest}`
}
