import { cutText } from './cut-text.ts'

/** Of what a debugger says as it fails, its standard error included, in characters. */
const longest = 8_000

/**
 * The same where what is said of it is `covered`, before it is cut: it may be a debugger's words, and is told to whoever
 * looks.
 */
export const coveredFailure = <Failure extends { readonly reason: string }>(
  failure: Failure,
  covered: (text: string) => string,
): Failure =>
  'message' in failure && typeof failure.message === 'string'
    ? { ...failure, message: cutText(covered(failure.message), longest).value }
    : failure
