import type { Logger } from 'pino'
import type { DeclaredApps } from '../../config/apps.ts'
import type { Clock, Stopwatch } from '../../lib/clock.ts'
import type { InstanceId } from '../contract/ids.ts'
import type { DataFiles } from '../store/files.ts'
import type { Store } from '../store/store.ts'
import type { ArtifactLimits } from './artifacts/limits.ts'
import type { EngineSettings } from './debug/engines.ts'
import type { EnvironmentSettings } from './environments/environment-settings.ts'
import type { GitCredentials } from './git/credentials.ts'
import type { FetchLimits } from './git/mirrors.ts'
import type { CgroupsMode } from './limits/cgroups/find-cgroups.ts'
import type { LogLimits } from './logs/limits.ts'
import type { IsolationSettings } from './sandbox/sandbox.ts'
import type { PoolLimits } from './worktrees/choose-evicted.ts'

/** What a runner is started with. */
export type RunnerDependencies = {
  store: Store
  files: DataFiles
  clock: Clock
  log: Logger
  instance: InstanceId
  /** Path of the unix socket to listen on: at most 100 bytes, in a directory that exists and is this user's alone. */
  socket: string
  /** How many commands run at a time. */
  slots: number
  /** How long processes may take to end when asked. */
  graceMs: number
  /** What artifacts may cost; default: `defaultArtifactLimits`. */
  artifacts?: Partial<ArtifactLimits>
  /** What becomes of old logs; default: `defaultLogLimits`. */
  logs?: Partial<LogLimits>
  /** How long the record of a debug session may be; default: `defaultRecordBytes`. */
  recordBytes?: number
  /** What environments may cost; default: `defaultEnvironmentSettings`. */
  environments?: Partial<EnvironmentSettings>
  lease?: {
    /** How long its leases outlast its last heartbeat. */
    termMs?: number
    stopwatch?: Stopwatch
  }
  /** What apps its sessions may have; where it is not said, none. */
  apps?: DeclaredApps
  /** Where Node keeps what apps of this project were compiled to before; sessions may read it. */
  compiledCode?: string
  sessions?: {
    /** How long what has ended is kept; 0, and where it is not said: any time. */
    retainMs?: number
  }
  /** How many worktrees are kept for later sessions; where it is not said, none. */
  worktrees?: PoolLimits
  /** PATH of commands and of git. */
  path: string
  /** Variables that commands and git get: locale, time zone, certificates, proxies, outer process scopes. */
  inherit?: Record<string, string>
  /** Of these npm gets those by which it reaches its registry; where it is not said, PATH alone. */
  npm?: Readonly<Record<string, string | undefined>>
  /** How often repositories in use are fetched by themselves; 0, and where it is not said: never. */
  fetchEveryMs?: number
  /** Where debuggers are looked for. */
  debuggers?: Partial<EngineSettings>
  /** How commands are kept apart from the host. Without: not at all. */
  sandbox?: IsolationSettings
  /** Whether commands get control groups where there are any. Without: none. */
  cgroups?: CgroupsMode
  git?: {
    limits?: Partial<FetchLimits>
    /** URL schemes that it may fetch from without anybody having registered that, for submodules; default: none. */
    openSchemes?: readonly string[]
    /** What remotes are told who ask who is there. */
    credentials?: GitCredentials
    /** Settings over the runner's own. */
    configuration?: readonly (readonly [key: string, value: string])[]
    /** Variables that git gets and commands do not, such as SSH_AUTH_SOCK. */
    environment?: Record<string, string>
  }
}
