import type { Completion } from './completion.ts'
import { canBeTyped, shown } from './shown.ts'

/**
 * What the script for zsh reads: texts that each end with NUL. The first is empty, or the number of characters of the
 * word before the name of a file, where one fits. The others are for `_describe`: `candidate:description`, with colons and
 * backslashes of the candidate escaped. zsh selects and quotes by itself.
 */
export function zshAnswer({ candidates, filesFrom }: Completion): string {
  const lines = candidates
    .filter(({ text }) => canBeTyped(text))
    .map(({ text, describe }) => {
      const escaped = text.replace(/[\\:]/g, '\\$&')
      return describe === undefined ? escaped : `${escaped}:${shown(describe)}`
    })
  return [filesFrom === undefined ? '' : String(filesFrom), ...lines].map(line => `${line}\0`).join('')
}
