import type { SourceWindow } from '../../../services/contract/debug-inspected.ts'

/** What goes on with the head of a function, in a line that is indented as little: `)`, `{`, Rust's `where`. */
const head = /^(?:[)\]{]|where\b)/
/** A directive of C, or a comment of Python: it ends nothing. */
const passed = /^#/
const label = /^\w+:$/
/** Of texts of several lines, which are indented as they like. */
const quotesOf = (file: string): RegExp | undefined =>
  file.endsWith('.py') ? /"""|'''/g : /\.(?:go|[cm]?[jt]sx?)$/.test(file) ? /`/g : undefined

/**
 * The lines of the function of that name that holds the line of a window, as far as the window goes: of the beginnings above
 * it, the one that is indented least, for calls stand within. Languages are not read.
 */
export function functionAround(window: SourceWindow, name: string): SourceWindow | undefined {
  const { line, first, lines } = window
  const last = name.split(/\.|::/).at(-1) ?? name
  if (!/^[\p{L}\p{N}_$]+$/u.test(last)) return undefined
  const begins = new RegExp(String.raw`(?<![\p{L}\p{N}_$.])${RegExp.escape(last)}\s*(?:[(<[]|=(?!=)|:)`, 'u')
  let found: SourceWindow | undefined
  for (let at = line - first; at >= 0; at--) {
    const text = lines[at] ?? ''
    if (!begins.test(text) || (found !== undefined && indentOf(text) >= indentOf(found.lines[0] ?? '')))
      continue
    const whole = functionFrom(window, first + at)
    if (line < whole.first + whole.lines.length) found = whole
  }
  return found
}

/**
 * The lines of a function that begins at one: those indented more, and what closes it. A source that is not indented has no more than
 * its first line.
 */
function functionFrom(window: SourceWindow, line: number): SourceWindow {
  const { file, first, lines } = window
  const quotes = quotesOf(file ?? '')
  /** Whether such a text begins in a line, or ends. */
  const turns = (text: string) => quotes !== undefined && (text.match(quotes) ?? []).length % 2 === 1
  const start = line - first
  const base = indentOf(lines[start] ?? '')
  const isPython = file?.endsWith('.py') === true
  let end = start
  let isQuoted = turns(lines[start] ?? '')
  for (let at = start + 1; at < lines.length; at++) {
    const text = lines[at] ?? ''
    const said = text.trim()
    const wasQuoted = isQuoted
    isQuoted = turns(text) !== isQuoted
    if (!wasQuoted && (said === '' || passed.test(said))) continue
    const inside = wasQuoted || indentOf(text) > base || head.test(said) || (!isPython && label.test(said))
    if (inside || said.startsWith('}')) end = at
    if (!inside) break
  }
  return { ...window, line, first: line, lines: lines.slice(start, end + 1) }
}

const indentOf = (text: string): number => {
  const [indent = ''] = /^[ \t]*/.exec(text) ?? []
  return indent.replaceAll('\t', '        ').length
}
