import type { ProcessScope } from '../../../lib/processes/process-scope.ts'
import type { Exec } from '../../engine/context.ts'
import type { Patience } from '../download/patience.ts'

/** What the work on the environment is done with. Commands inherit the environment, and get `variables` on top. */
export type Bench = {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** What children need to trust the user's authorities. */
  readonly variables: Readonly<Record<string, string>>
  readonly trusted: () => readonly string[]
  readonly platform: string
  readonly architecture: string
  readonly exec: Exec
  readonly scope: ProcessScope
  readonly signal: AbortSignal
  readonly patience: Patience
  /** How long the host of an installer may take to answer before `auto` does without it, in milliseconds. */
  readonly reachMs: number
  log(line: string): void
  progress(text: string): void
}
