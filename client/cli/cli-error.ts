import { UserError } from '../../lib/user-error.ts'
import { exitCodes } from './exit-codes.ts'

/** A failure that this program itself has found. `code` is its stable name under `--json`. */
export class CliError extends UserError {
  readonly code: string
  readonly exitCode: number

  constructor(
    code: string,
    exitCode: number,
    message: string,
    options: { fix?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, options)
    this.code = code
    this.exitCode = exitCode
  }
}

/** What was typed cannot be understood; nothing has been done. */
export const usageError = (message: string, fix?: string): CliError =>
  new CliError('usage', exitCodes.usage, message, { fix })
