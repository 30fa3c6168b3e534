import { basename } from 'node:path'

const shim = 'debug_server_debuggee.py'
/** Before the shim: that the modules of Python are not frozen. Behind it: its settings, and what it runs. */
const before = '-Xfrozen_modules=off'
const behind = 2

/** The words of a command line as the program has given them, without those by which it comes under its debugger. */
export function withoutShim(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word, index) => basename(word) === shim && words[index - 1] === before)
  return at === -1 ? words : [...words.slice(0, at - 1), ...words.slice(at + 1 + behind)]
}
