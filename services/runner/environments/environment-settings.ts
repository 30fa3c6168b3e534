import { type CommandLimits, noLimits } from '../../contract/command-limits.ts'

/** What environments may cost. */
export type EnvironmentSettings = {
  /** How long a build may take, in seconds. */
  readonly buildSeconds: number
  /** How many are kept, and how many bytes together; 0: any number. Those that a session has are kept anyway. */
  readonly keep: number
  readonly totalBytes: number
  /** What a build may use. */
  readonly limits: CommandLimits
}

/** As config/server.toml has them. */
export const defaultEnvironmentSettings: EnvironmentSettings = {
  buildSeconds: 1_800,
  keep: 50,
  totalBytes: 21_474_836_480,
  limits: noLimits,
}
