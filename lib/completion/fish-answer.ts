import type { Completion } from './completion.ts'
import { canBeTyped, shown } from './shown.ts'

/**
 * What the script for fish reads: texts that each end with NUL. The first is as for zsh. The others are
 * `candidate`, a tab, and its description. fish selects and quotes by itself.
 */
export function fishAnswer({ candidates, filesFrom }: Completion): string {
  const lines = candidates
    .filter(({ text }) => canBeTyped(text) && !text.includes('\t'))
    .map(({ text, describe }) => (describe === undefined ? text : `${text}\t${shown(describe)}`))
  return [filesFrom === undefined ? '' : String(filesFrom), ...lines].map(line => `${line}\0`).join('')
}

/** fish hands over the word at the cursor as it was typed, for its quote may be open. */
export function fishWord(typed: string): string {
  let text = ''
  let quote = ''
  for (let i = 0; i < typed.length; i++) {
    const character = typed[i] ?? ''
    if (character === '\\' && i + 1 < typed.length) text += typed[++i]
    else if (character === quote) quote = ''
    else if (quote === '' && (character === '"' || character === "'")) quote = character
    else text += character
  }
  return text
}
