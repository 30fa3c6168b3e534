import type { SourceWindow } from '../../../services/contract/debug-inspected.ts'

/** What goes on with the head of a function, in a line that is indented as little: `)`, `{`, Rust's `where`. */
const head = /^(?:[)\]{]|where\b)/
/** A directive of C, or a comment of Python: it ends nothing. */
const passed = /^#/
const label = /^\w+:$/

/**
 * The lines of the function that begins in the middle of a window, as far as the window goes: those indented more than its first, and
 * what closes it. Languages are not read; a source that is not indented has no more than its first line.
 */
export function wholeFunction(window: SourceWindow): SourceWindow {
  const { file, line, first, lines } = window
  const start = line - first
  const base = indentOf(lines[start] ?? '')
  const isPython = file?.endsWith('.py') === true
  let end = start
  for (let at = start + 1; at < lines.length; at++) {
    const text = lines[at] ?? ''
    const said = text.trim()
    if (said === '' || passed.test(said)) continue
    const inside = indentOf(text) > base || head.test(said) || (!isPython && label.test(said))
    if (inside || said.startsWith('}')) end = at
    if (!inside) break
  }
  return { ...window, first: line, lines: lines.slice(start, end + 1) }
}

const indentOf = (text: string): number => {
  const [indent = ''] = /^[ \t]*/.exec(text) ?? []
  return indent.replaceAll('\t', '        ').length
}
