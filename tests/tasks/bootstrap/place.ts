import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ProcessScope } from '../../../lib/processes/process-scope.ts'
import { type Git, gitIn } from '../../../tasks/bootstrap/git.ts'
import type { Exec } from '../../../tasks/engine/context.ts'
import { createExec } from '../../../tasks/engine/exec.ts'

type Owner = { teardown(end: () => unknown): void }

/** A directory of a test's own. */
export function directory(owner: Owner): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'ds-bootstrap-')))
  owner.teardown(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** A workspace with this text as its own configuration. */
export function workspaceRoot(owner: Owner, local = ''): string {
  const root = directory(owner)
  mkdirSync(join(root, 'config'))
  writeFileSync(join(root, 'config/bootstrap.local.toml'), local)
  return root
}

/** Git as a person uses it here: with no configuration but its own. */
export const gitEnvironment = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 't',
  GIT_AUTHOR_EMAIL: 't@example.org',
  GIT_COMMITTER_NAME: 't',
  GIT_COMMITTER_EMAIL: 't@example.org',
}

export const git = (cwd: string, ...args: string[]): string =>
  execFileSync('git', args, { cwd, env: gitEnvironment, encoding: 'utf8', stdio: 'pipe' })

/** A repository with one commit on `main`. */
export function repository(path: string, branch = 'main'): string {
  mkdirSync(path, { recursive: true })
  git(path, 'init', '-q', '-b', branch)
  commit(path, 'first')
  return path
}

export function commit(path: string, name: string): string {
  writeFileSync(join(path, name), `${name}\n`)
  git(path, 'add', name)
  git(path, 'commit', '-q', '-m', name)
  return git(path, 'rev-parse', 'HEAD').trim()
}

/** The engine's own exec, whose processes end with the test. */
export function realExec(
  owner: Owner,
  environment: Record<string, string | undefined> = gitEnvironment,
): Exec {
  const scope = new ProcessScope({ graceMs: 500 })
  owner.teardown(() => scope.end())
  return createExec({
    scope,
    signal: new AbortController().signal,
    cwd: '/',
    environment,
    log: () => {},
    terminal: () => {},
  })
}

/** What makes the git of the product for a directory. */
export function gitMaker(
  owner: Owner,
  environment: Record<string, string | undefined> = gitEnvironment,
): (path: string) => Git {
  const exec = realExec(owner, environment)
  return path => gitIn(path, exec, environment)
}
