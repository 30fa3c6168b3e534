import { ConnectionError } from './connection-error.ts'
import { ProblemError } from './problem-error.ts'

/**
 * What a call rejects with, besides the reason of the caller's own signal: told apart by `name`, then by `code` or `kind`,
 * each a union that a switch can go through to its end.
 */
export type ClientError = ProblemError | ConnectionError

export const isClientError = (error: unknown): error is ClientError =>
  error instanceof ProblemError || error instanceof ConnectionError
