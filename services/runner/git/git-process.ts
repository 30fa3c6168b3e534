import type { ProcessScope } from '../../../lib/processes/process-scope.ts'
import type { StartedProcess } from '../spawning/started-process.ts'

/** How git is to be started. */
export type GitStart = {
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly directory: string
  readonly input: string | undefined
  /** Called whenever it says something, where that can be heard. */
  readonly heard: () => void
}

/** Git at work, or what is left of it. */
export type GitProcess = Disposable & {
  /** When all that it says has been said. */
  readonly ended: StartedProcess['ended']
  readonly stdout: () => string
  readonly stderr: () => string
}

/** Starts git as a member of the scope. Undefined where nobody can tell whether it was: who asked ends what bears the mark. Rejects where it cannot be. */
export type StartGit = (scope: ProcessScope, git: GitStart) => Promise<GitProcess | undefined>

/** One that does not run. */
export const unstarted = (error: unknown): GitProcess => ({
  ended: Promise.resolve(null),
  stdout: () => '',
  stderr: () => `git could not be started: ${error instanceof Error ? error.message : error}`,
  [Symbol.dispose]: () => undefined,
})

/** What of a complaint is kept, from its end, in characters. */
export const mostStderr = 65_536
