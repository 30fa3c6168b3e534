/** `2.39.5`, `3.12.0rc1`, `12.2.0-14`; `go1.22.1` as well. */
const dotted = /(?<![\d.])\d+(?:\.\d+)+(?:[\w.+~-]*\w)?/
/** `590`, of programs that count their versions; no part of a date or of `64-Bit`. */
const lone = /(?<![\w.-])v?(\d+)(?![\w.-])/

/**
 * What looks most like a version in what a program says of itself. The first line counts before the others, which tell
 * of libraries and of years.
 */
export function versionIn(text: string): string | undefined {
  const first = text.trimStart().split('\n', 1)[0] ?? ''
  for (const part of [first, text]) {
    const found = dotted.exec(part)?.[0] ?? lone.exec(part)?.[1]
    if (found !== undefined) return found
  }
  return undefined
}
