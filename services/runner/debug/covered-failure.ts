import type { SecretMask } from '../../../lib/secret-mask.ts'
import { cutText } from './cut-text.ts'
import { maskedText } from './record/masked-value.ts'

/** Of what a debugger says as it fails, its standard error included, in characters. */
const longest = 8_000

/** The same with the session's secrets masked in what is said of it: it may be a debugger's words, and is told to whoever looks. */
export const coveredFailure = <Failure extends { readonly reason: string }>(
  failure: Failure,
  mask: SecretMask,
): Failure =>
  'message' in failure && typeof failure.message === 'string'
    ? { ...failure, message: cutText(maskedText(failure.message, mask), longest).value }
    : failure
