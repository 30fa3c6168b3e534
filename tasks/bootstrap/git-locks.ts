import { statSync } from 'node:fs'
import { join } from 'node:path'

/** A lock file in a git directory. Git removes its own; one that stays was left by a git that was killed. */
export type GitLock = { readonly path: string; readonly ageSeconds: number }

/** Those of the directory itself, which two worktrees may share, and those of the worktree. */
const names = {
  common: ['shallow.lock', 'packed-refs.lock', 'config.lock'],
  own: ['index.lock', 'HEAD.lock'],
}

/** The lock files that are there now. Whether a git still works behind one cannot be known, so none is ever removed. */
export function findGitLocks(gitDirectory: string, commonDirectory: string, now: number): GitLock[] {
  const paths = [
    ...names.own.map(name => join(gitDirectory, name)),
    ...names.common.map(name => join(commonDirectory, name)),
  ]
  return paths.flatMap(path => {
    const stat = statSync(path, { throwIfNoEntry: false })
    return stat === undefined
      ? []
      : [{ path, ageSeconds: Math.max(0, Math.round((now - stat.mtimeMs) / 1000)) }]
  })
}

/** `…/index.lock, 3 minutes old`, and what to do about it. */
export function describeLock({ path, ageSeconds }: GitLock): { detail: string; fix: string } {
  return {
    detail: `${path} is there, ${ageText(ageSeconds)} old: git will not touch what it locks`,
    fix: `if no git is running in that repository: rm '${path}'`,
  }
}

function ageText(seconds: number): string {
  if (seconds < 120) return `${seconds} seconds`
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} minutes`
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)} hours` : `${Math.floor(seconds / 86_400)} days`
}
