import type { TerminalSize } from '../../contract/terminal.ts'

/**
 * What the holder of a terminal is told, one message a line: see terminal_holder.py. None is longer than what the system
 * writes into a pipe in one piece (PIPE_BUF, see pipe(7)), so that messages of several writers never mix.
 */
export const longestMessage = 4_096

/** How many bytes fit into one message, as base64 and with what stands around them. */
const mostBytes = Math.floor((longestMessage - 'i \n'.length) / 4) * 3

export type TypedMessage = {
  readonly line: string
  /** How many of the bytes it brings. */
  readonly bytes: number
}

export function* typedMessages(typed: Buffer): Generator<TypedMessage> {
  for (let at = 0; at < typed.length; at += mostBytes) {
    const bytes = typed.subarray(at, at + mostBytes)
    yield { line: `i ${bytes.toString('base64')}\n`, bytes: bytes.length }
  }
}

export const sizeMessage = ({ columns, rows }: TerminalSize): string => `r ${columns} ${rows}\n`
