import { createInterface } from 'node:readline/promises'

/** Asks a yes-or-no question in the terminal: `node tasks/engine/ask.ts QUESTION`. Exit code 0 for yes, 1 for anything else. */
const terminal = createInterface({ input: process.stdin, output: process.stderr })
terminal.once('close', () => {
  process.exitCode ??= 1
})
const answer = await terminal.question(`${process.argv[2]} [y/N] `)
process.exitCode = /^y(es)?$/i.test(answer.trim()) ? 0 : 1
terminal.close()
