import type { SourceLines } from '../source-text.ts'

const mostNamed = 10

/** The one line that holds this text; otherwise what to tell of there being none, or several. */
export function lineWithText(
  lines: SourceLines,
  file: string,
  text: string,
): { found: true; line: number } | { found: false; message: string } {
  const no = (message: string) => ({ found: false, message }) as const
  if (lines === undefined) return no(`${file} cannot be read`)
  const at = lines.flatMap((line, index) => (line.includes(text) ? [index + 1] : []))
  const [line] = at
  const quoted = JSON.stringify(text)
  if (line === undefined) return no(`no line of ${file} holds ${quoted}`)
  if (at.length === 1) return { found: true, line }
  const named = at.slice(0, mostNamed).join(', ')
  const more = at.length > mostNamed ? ` and ${at.length - mostNamed} more` : ''
  return no(
    `${at.length} lines of ${file} hold ${quoted}: ${named}${more}; write more of the one, or FILE:LINE`,
  )
}
