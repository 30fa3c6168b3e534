import { UserError } from '../../lib/user-error.ts'
import { CommandError } from '../engine/command-error.ts'
import { defaultBranchFault } from './default-branch.ts'
import { complaint, type Git } from './git.ts'
import { redactUrls } from './redact-url.ts'

export type RefreshSettings = { default_branch: string; fetch_prune: boolean; submodules: boolean }

export type Refreshed = {
  /** `not_fetched`: there are remotes, but not all of them answered. */
  outcome: 'fetched' | 'no_remotes' | 'not_fetched'
  /** What a person should know, fit to be shown. */
  warnings: string[]
}

/** What is known of a checkout before: where it has no remote, git is not asked again. */
export type Fetchable = { readonly remotes: readonly string[]; readonly branchFault: string | undefined }

/** How long all remotes together may take, in milliseconds. */
const fetchDeadline = 120_000

/**
 * Brings a checkout's remotes and, where configured, its submodules up to date, and looks for the default branch.
 *
 * A remote that does not answer, or does not let us in, is a warning: the checkout is there, and credentials are often
 * not. Submodules that cannot be had are an error, for files of the checkout are missing then.
 */
export async function refreshRepository(
  git: Git,
  { remotes, branchFault }: Fetchable,
  settings: RefreshSettings,
  { timeoutMs = fetchDeadline }: { timeoutMs?: number } = {},
): Promise<Refreshed> {
  const { outcome, warnings } = await fetchAll(git, remotes, settings, timeoutMs)
  if (settings.submodules) await updateSubmodules(git, timeoutMs)
  const fault =
    outcome === 'no_remotes' ? branchFault : await defaultBranchFault(git, settings.default_branch)
  return { outcome, warnings: fault === undefined ? warnings : [...warnings, fault] }
}

async function fetchAll(
  git: Git,
  remotes: readonly string[],
  settings: RefreshSettings,
  timeoutMs: number,
): Promise<Refreshed> {
  if (remotes.length === 0)
    return { outcome: 'no_remotes', warnings: ['the repository has no remote: nothing was fetched'] }
  const fault = await complaintOf(
    git,
    [
      'fetch',
      '--all',
      ...(settings.fetch_prune ? ['--prune'] : []),
      // Side by side, so that one remote that is silent keeps no other waiting.
      `--jobs=${Math.min(remotes.length, 4)}`,
      '--no-recurse-submodules',
    ],
    timeoutMs,
  )
  if (fault === undefined) return { outcome: 'fetched', warnings: [] }
  const which = remotes.length === 1 ? `${remotes[0]} was` : `not all of ${remotes.join(', ')} were`
  return {
    outcome: 'not_fetched',
    warnings: [`${which}${remotes.length === 1 ? ' not' : ''} fetched: ${fault}`],
  }
}

async function updateSubmodules(git: Git, timeoutMs: number): Promise<void> {
  const fault = await complaintOf(git, ['submodule', 'update', '--init', '--recursive'], timeoutMs)
  if (fault !== undefined)
    throw new UserError(`the submodules cannot be brought up to date: ${fault}`, {
      fix: 'check the network and .gitmodules, or set repository.submodules = false in config/bootstrap.local.toml',
    })
}

/** Runs git, and says what it complains about; undefined where it does not. */
async function complaintOf(
  git: Git,
  args: readonly string[],
  timeoutMs: number,
): Promise<string | undefined> {
  try {
    const { exitCode, stderr } = await git(args, { timeoutMs })
    return exitCode === 0 ? undefined : redactUrls(complaint(stderr))
  } catch (error) {
    if (error instanceof CommandError && error.fault.kind === 'timeout')
      return `no end within ${timeoutMs / 1000} s`
    throw error
  }
}
