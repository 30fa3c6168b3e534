import type { SmokeSettings } from '../../config/schema.ts'
import type { SmokeOptions } from '../../smoke/options.ts'
import type { Surroundings } from '../../smoke/prepare.ts'
import type { Steps } from '../../smoke/steps.ts'
import type { TaskContext } from '../engine/context.ts'

/** What a run of the harness is given, beside what it is to do. */
export type Running = Pick<TaskContext, 'scope' | 'signal' | 'log' | 'progress' | 'print' | 'secret'> & {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly options: SmokeOptions
  readonly surroundings: Surroundings
  readonly settings: SmokeSettings['smoke']
  /** What the harness has done itself so far. */
  readonly steps: Steps
}
