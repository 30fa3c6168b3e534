import { recogniseCopies } from './copies.ts'

/**
 * A mistake of the user: printed without a stack. The message names the culprit; `fix` says what to do about it.
 * A bug is never one of these: bugs are thrown as built-in errors with a `cause`.
 */
export class UserError extends Error {
  override readonly name = 'UserError'
  readonly fix: string | undefined

  constructor(message: string, options: { fix?: string | undefined; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.fix = options.fix
  }

  /** The text a person reads: the message, and the fix on a line of its own. */
  toText(): string {
    return this.fix === undefined ? this.message : `${this.message}\n  ${this.fix}`
  }
}

recogniseCopies(UserError, 'user-error')
