import { shellWords } from '../../../lib/shell-words.ts'
import type { CommandLine } from '../../../services/contract/fields.ts'

/** A command as one could type it into a shell: a line as it is, words quoted where they must be. */
export const commandText = (command: CommandLine): string =>
  typeof command === 'string' ? command : shellWords(command)
