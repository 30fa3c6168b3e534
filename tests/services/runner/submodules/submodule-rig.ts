import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { gitDaemon } from '../git-daemon.ts'
import { git, type RunnerRig, runnerRig } from '../rig.ts'

export type Named = {
  path: string
  url: string
  /** What is recorded. */
  commit: string
  name?: string
  /** Further lines of its section. */
  more?: string
}

/** Has a repository name others as its submodules, whatever git itself would say to that; tells the commit. */
export function nameSubmodules(directory: string, ...all: Named[]): string {
  const sections = all.map(({ path, url, name = path, more = '' }) =>
    [`[submodule "${name.replaceAll('"', '\\"')}"]`, `\tpath = ${path}`, `\turl = ${url}`, more].join('\n'),
  )
  appendFileSync(join(directory, '.gitmodules'), `${sections.join('\n')}\n`)
  const entries = all.flatMap(({ commit, path }) => ['--cacheinfo', `160000,${commit},${path}`])
  git(directory, 'update-index', '--add', ...entries)
  git(directory, 'add', '.gitmodules')
  git(directory, 'commit', '--quiet', '--message', 'Name submodules')
  return git(directory, 'rev-parse', 'HEAD')
}

export const headOf = (directory: string): string => git(directory, 'rev-parse', 'HEAD')

/** A rig whose origins are served without asking who is there; `urlOf` tells where. */
export async function servedRig(t: Test, overrides: Parameters<typeof runnerRig>[1] = {}) {
  const rig = await runnerRig(t, { git: { openSchemes: ['git'] }, ...overrides })
  const daemon = await gitDaemon(t, rig.root)
  const urlOf = (origin: string) => `${daemon.url}/${origin.split('/').at(-1)}`
  return { rig, daemon, urlOf }
}

/** `git submodule status` of a session's worktree: a blank in front of each that is as it is recorded. */
export const statusOf = (rig: RunnerRig, session: Parameters<RunnerRig['run']>[0]) =>
  rig.run(session, 'git submodule status --recursive && git status --porcelain').then(row => rig.stdout(row))
