import { type BashLine, type OpenQuote, readBashLine } from './bash-line.ts'
import type { Completion } from './completion.ts'
import { canBeTyped } from './shown.ts'

/**
 * What the script for bash reads: lines, `=` in front of what takes the place of the word that readline sees, as it has to
 * be typed, and `files` where names of files fit as well. bash neither selects nor quotes what it is given.
 */
export function bashAnswer({ candidates, filesFrom }: Completion, { words, quote, kept }: BashLine): string {
  const typed = words.at(-1) ?? ''
  const fitting = candidates.filter(({ text }) => text.startsWith(typed) && canBeTyped(text))
  const lines = fitting.map(({ text }) => `=${bashWord(text.slice(kept), quote)}\n`)
  return `${filesFrom === undefined ? '' : 'files\n'}${lines.join('')}`
}

/** The words behind `task`, or behind `npx task`. */
export function bashWords(line: string, breaks: string): BashLine {
  const read = readBashLine(line, breaks)
  return { ...read, words: read.words.slice(read.words[0] === 'npx' ? 2 : 1) }
}

/** As one would have to type it behind an open quote, which readline closes. */
export function bashWord(text: string, quote: OpenQuote): string {
  switch (quote) {
    case "$'":
      return text.replace(/[\\']/g, '\\$&').replace(/[\n\t]/g, white => escapes[white] ?? '')
    case "'":
      return text.replaceAll("'", "'\\''").replace(/[\n\t]/g, white => `'$'${escapes[white]}''`)
    case '"':
      // In double quotes no backslash helps against the history.
      return text
        .replace(/[\\"$`]/g, '\\$&')
        .replaceAll('!', `"'!'"`)
        .replace(/[\n\t]/g, white => `"$'${escapes[white]}'"`)
    case '':
      return text
        .replace(/[^\w@%+=:,./\-\n\t\u0080-\u{10ffff}]/gu, '\\$&')
        .replace(/[\n\t]/g, white => `$'${escapes[white]}'`)
  }
}

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t' }
