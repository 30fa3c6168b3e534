import type { CommandFailure, CommandStatus } from '../../contract/command-state.ts'
import type { EnvironmentFailure } from '../../contract/environment-state.ts'

export type BuildEnd =
  | { readonly to: 'ready' }
  | { readonly to: 'failed'; readonly failure: EnvironmentFailure }

/** How the command of a build stands; undefined once it is gone. */
type Build =
  | {
      readonly status: CommandStatus
      readonly exit_code: number | null
      readonly failure: CommandFailure | null
    }
  | undefined

/** What a build has come to; undefined while it goes on. `manager` is named in what is told. */
export function buildEnd(manager: string, build: Build): BuildEnd | undefined {
  if (build === undefined) return failed('abandoned', 'the session that built it is gone')
  switch (build.status) {
    case 'queued':
    case 'running':
      return undefined
    case 'succeeded':
      return { to: 'ready' }
    case 'cancelled':
      return failed('abandoned', `its build was given up: ${build.failure?.message ?? 'it was cancelled'}`)
    case 'failed':
    case 'timed_out':
    case 'lost':
      return failed(
        'build_failed',
        `${manager} ${build.failure?.message ?? `ended with exit code ${build.exit_code}`}`,
      )
  }
}

const failed = (reason: EnvironmentFailure['reason'], message: string): BuildEnd => ({
  to: 'failed',
  failure: { reason, message },
})
