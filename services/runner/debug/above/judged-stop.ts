import type { FailureReport } from '../../../contract/debug-report.ts'
import type { Stop } from '../../../contract/debug-resources.ts'

export type Failure = Pick<FailureReport, 'outcome' | 'exception' | 'signal' | 'exit_code'>

/** Signals that end nothing. */
const harmless = new Set(['SIGCHLD', 'SIGCLD', 'SIGURG', 'SIGWINCH', 'SIGCONT', 'SIGIO', 'SIGPWR'])

/** Functions that lie between a failed assertion, or an exception that nothing catches, and the signal that ends it. */
const ofAssertions = /(?:^|\W)(?:__assert(?:_\w+)?|__GI___assert_\w+|core::panicking::assert_failed\w*)\b/
const ofExceptions = /(?:^|\W)(?:std::terminate|__cxa_throw|__cxa_rethrow|rust_panic|std::panicking::\w+)\b/

/**
 * What failed, of a stop as its debugger tells it; undefined where nothing did. `functions`: the names on its stack, innermost
 * first, for signals tell little by themselves.
 */
export function judgedStop(
  { reason, description, text }: Pick<Stop, 'reason' | 'description' | 'text'>,
  functions: readonly string[],
): Failure | undefined {
  if (reason !== 'exception' && reason !== 'signal') return undefined
  const [signal] = /\bSIG[A-Z][A-Z0-9]+\b/.exec(`${description ?? ''} ${text ?? ''}`) ?? []
  const none = { exception: null, signal: null, exit_code: null }
  if (signal !== undefined) {
    if (harmless.has(signal)) return undefined
    const within = (known: RegExp) => functions.some(name => known.test(name))
    if (within(ofAssertions)) return { ...none, outcome: 'assertion', signal }
    return { ...none, outcome: within(ofExceptions) ? 'exception' : 'signal', signal }
  }
  const type = description ?? 'exception'
  const exception = { type, message: text ?? '' }
  if (type === 'SystemExit' || type === 'exit')
    return { ...none, outcome: 'exit', exception, exit_code: /^\d+$/.test(text ?? '') ? Number(text) : 1 }
  const isAssertion = /Assert|\bFailed$/.test(type) || /^assert(?:ion)? (?:failed|`)/i.test(text ?? '')
  return { ...none, outcome: isAssertion ? 'assertion' : 'exception', exception }
}
