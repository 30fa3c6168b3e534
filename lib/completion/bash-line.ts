/** A quote that is open at the cursor. */
export type OpenQuote = '' | '"' | "'" | "$'"

export interface BashLine {
  /** As the program would get them; the last one is at the cursor, and empty where none has been begun. */
  readonly words: readonly string[]
  readonly quote: OpenQuote
  /**
   * How much of the last word stays as it was typed: readline replaces what is behind an open quote, or else behind the
   * last of its word breaks, among which are colons and equals signs.
   */
  readonly kept: number
}

/**
 * Reads a command as it was typed into bash, up to the cursor. Nothing is expanded. `breaks` is COMP_WORDBREAKS. The
 * words that bash itself hands to a completion (COMP_WORDS) are cut at word breaks and keep their quotes, which cannot be
 * undone.
 */
export function readBashLine(line: string, breaks: string): BashLine {
  const words: string[] = []
  let word = ''
  let begun = false
  let quote: OpenQuote = ''
  let kept = 0
  for (let i = 0; i < line.length; i++) {
    const character = line[i] ?? ''
    const next = line[i + 1] ?? ''
    if (character === quote) quote = ''
    else if (quote === "'") word += character
    else if (quote === '"') {
      const escaped = character === '\\' && next !== '' && '\\"$`'.includes(next)
      word += escaped ? next : character
      if (escaped) i++
    } else if (/\s/.test(character)) {
      if (begun) words.push(word)
      word = ''
      begun = false
      kept = 0
    } else {
      begun = true
      if (line.startsWith("$'", i)) {
        const end = endOfAnsi(line, i + 2)
        if (end === line.length) {
          quote = "$'"
          kept = word.length
        }
        word += ansiText(line.slice(i + 2, end))
        i = end
      } else if (character === '\\') {
        word += next
        i++
      } else if (character === '"' || character === "'") {
        quote = character
        if (isOpen(line, i)) kept = word.length
      } else {
        word += character
        // Readline leaves an @ at the beginning of the word that it parts (rl_special_prefixes of bash).
        if (breaks.includes(character)) kept = character === '@' ? word.length - 1 : word.length
      }
    }
  }
  return { words: [...words, word], quote, kept }
}

/** Whether the quote that stands here is still open at the end. */
function isOpen(line: string, at: number): boolean {
  const quote = line[at]
  for (let i = at + 1; i < line.length; i++) {
    if (quote === '"' && line[i] === '\\') i++
    else if (line[i] === quote) return false
  }
  return true
}

function endOfAnsi(line: string, from: number): number {
  for (let i = from; i < line.length; i++) {
    if (line[i] === '\\') i++
    else if (line[i] === "'") return i
  }
  return line.length
}

const ansi: Readonly<Record<string, string>> = { n: '\n', t: '\t' }

/** Of `$'…'` what `bashWord` writes. */
function ansiText(text: string): string {
  return text.replace(/\\(.)/gs, (_, character: string) => ansi[character] ?? character)
}
