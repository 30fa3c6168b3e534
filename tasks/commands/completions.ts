import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from './command.ts'

/** `task completions bash|zsh|fish`: the script for that shell, which asks `task --complete` at each TAB. */
export const completions: Command = async ({ values, stdout }) => {
  stdout(readFileSync(join(import.meta.dirname, 'completions', `task.${String(values.shell)}`), 'utf8'))
  return 0
}
