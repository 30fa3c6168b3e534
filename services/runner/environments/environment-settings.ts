import { type CommandLimits, noLimits } from '../../contract/command-limits.ts'

/** What environments may cost. */
export type EnvironmentSettings = {
  /** How long a build may take, in seconds. */
  readonly buildSeconds: number
  /** How many are kept that no session has, and how many bytes these may have together; 0: any number. */
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
