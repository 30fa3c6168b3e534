import { bashAnswer, bashWords } from './bash-answer.ts'
import type { Completion } from './completion.ts'
import { fishAnswer, fishWord } from './fish-answer.ts'
import { zshAnswer } from './zsh-answer.ts'

export const shells = ['bash', 'zsh', 'fish'] as const

/**
 * What the script for a shell gets at a TAB. It hands over `bash BREAKS LINE`, or `zsh|fish WORD…` with the word at the
 * cursor last. `completionsAt` is asked for what may stand at a place of the words behind the program's name.
 */
export async function shellAnswer(
  [shell, ...words]: readonly string[],
  completionsAt: (words: readonly string[], at: number) => Promise<Completion>,
): Promise<string> {
  switch (shell) {
    case 'bash': {
      const [breaks = '', line = ''] = words
      const read = bashWords(line, breaks)
      return bashAnswer(await completionsAt(read.words, read.words.length - 1), read)
    }
    case 'zsh':
      return zshAnswer(await completionsAt(words, words.length - 1))
    case 'fish': {
      const typed = [...words.slice(0, -1), fishWord(words.at(-1) ?? '')]
      return fishAnswer(await completionsAt(typed, typed.length - 1))
    }
    default:
      return ''
  }
}
