import type { FailureReport } from '../../contract/debug-report.ts'

/** What runtimes write of a failure before they end the program by a signal, by which its debugger knows it alone. */
const words: readonly { readonly pattern: RegExp; readonly type?: string }[] = [
  // glibc, musl and the BSDs: an assertion in C.
  {
    pattern: /(?:^|\n)[^\n]*?(?:Assertion [`'](?<message>[^\n]*)' failed|Assertion failed: (?<other>[^\n]*))/,
    type: 'assert',
  },
  // libstdc++ and libc++: an exception that nothing catches.
  {
    pattern:
      /terminate called after throwing an instance of '(?<type>[^']+)'(?:\n\s+what\(\):\s*(?<message>[^\n]*))?/,
  },
  {
    pattern: /terminating due to uncaught exception of type (?<type>(?:[^\n:]|::)+)(?:: (?<message>[^\n]*))?/,
  },
  // Rust, since 1.73 with the message in a line of its own.
  {
    pattern:
      /thread '[^'\n]*' (?:\(\d+\) )?panicked at (?:'(?<message>[^\n]*)', [^\n]*|[^\n]*:\n(?<other>[^\n]*))/,
    type: 'panic',
  },
]

/** The exception of a report that has none, of the end of what was written to stderr; null where it tells none. */
export function saidOfFailure(
  { outcome, exception }: Pick<FailureReport, 'outcome' | 'exception'>,
  stderr: string,
): FailureReport['exception'] {
  if (exception !== null || (outcome !== 'exception' && outcome !== 'assertion')) return exception
  for (const { pattern, type } of words) {
    const found = pattern.exec(stderr)?.groups
    if (found === undefined) continue
    return { type: type ?? found.type ?? outcome, message: found.message ?? found.other ?? '' }
  }
  return null
}
