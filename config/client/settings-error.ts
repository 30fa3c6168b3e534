import { UserError } from '../../lib/user-error.ts'

/**
 * What can be wrong with the settings of a client. `usage`: a value that cannot be used, named by the flag or variable
 * that gave it. The others are about what is found in files, or not found at all.
 */
export type SettingsProblem =
  | 'usage'
  | 'configuration_invalid'
  | 'configuration_not_writable'
  | 'not_configured'
  | 'no_token'

/** The settings cannot be used. `code` is its stable name, whichever client tells it. */
export class SettingsError extends UserError {
  readonly code: SettingsProblem

  constructor(
    code: SettingsProblem,
    message: string,
    options: { fix?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, options)
    this.code = code
  }
}
