import type { Logger } from 'pino'
import type { Clock } from '../../lib/clock.ts'
import type { ProcessScope } from '../../lib/processes/process-scope.ts'
import type { FromRunner } from '../contract/runner-messages.ts'
import type { DataFiles } from '../store/files.ts'
import type { Store } from '../store/store.ts'
import type { ArtifactLimits } from './artifacts/limits.ts'
import type { EnvironmentSettings } from './environments/environment-settings.ts'
import type { ToolFinder } from './environments/find-tools.ts'
import type { Git } from './git/git.ts'
import type { Mirrors } from './git/mirrors.ts'
import type { Lease } from './leases/lease.ts'
import type { Cgroups } from './limits/cgroups/find-cgroups.ts'
import type { Sampler } from './limits/sampler.ts'
import type { LogLimits } from './logs/limits.ts'
import type { RunnerMetrics } from './metrics.ts'
import type { RunnerIsolation } from './sandbox/sandbox.ts'
import type { Spawner } from './spawning/spawner.ts'
import type { PoolLimits } from './worktrees/choose-evicted.ts'

/** Which rows have changed, as the hint tells it. */
export type Change = Omit<Extract<FromRunner, { type: 'changed' }>, 'type'>

/** What the runner's parts work with. */
export type RunnerContext = {
  readonly store: Store
  readonly files: DataFiles
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: RunnerMetrics
  /** What makes sessions and commands this runner's. */
  readonly lease: Lease
  readonly git: Git
  readonly mirrors: Mirrors
  /** Of addresses that a submodule may have which nobody has registered. */
  readonly submoduleSchemes: readonly string[]
  /** How often repositories in use are fetched by themselves; 0: never. */
  readonly fetchEveryMs: number
  /** How commands are kept apart. */
  readonly isolation: RunnerIsolation
  /** Where commands have control groups. */
  readonly cgroups: Cgroups
  /** Starts commands. */
  readonly spawner: Pick<Spawner, 'start'>
  /** How many commands run at a time. */
  readonly slots: number
  /** How long processes may take to end when asked. */
  readonly graceMs: number
  readonly artifacts: ArtifactLimits
  readonly logs: LogLimits
  /** How long the record of a debug session may be. */
  readonly recordBytes: number
  readonly environments: EnvironmentSettings
  /** Owns what is started for the runner itself; never a command. */
  readonly helpers: ProcessScope
  /** Finds what builds environments. */
  readonly tools: ToolFinder
  readonly worktrees: PoolLimits
  /** PATH of commands. */
  readonly path: string
  /** Variables that every command gets. */
  readonly inherit: Readonly<Record<string, string>>
  /** The name of the user that commands run as. */
  readonly user: string
  /** Looks at what commands use. */
  readonly sampler: Sampler
  /** Tells whoever listens that rows have changed. */
  readonly changed: (change: Change) => void
}
