import { recogniseCopies } from '../../lib/copies.ts'
import { shellWords } from '../../lib/shell-words.ts'

/** How a command failed. */
export type CommandFault =
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: string }
  | { readonly kind: 'timeout'; readonly timeoutMs: number }
  | { readonly kind: 'too-much-output'; readonly limit: number }
  /** What had started it has gone before it told of an end. */
  | { readonly kind: 'lost'; readonly how: string }

/**
 * A command that a task ran has failed. An outcome that tasks expect rather than a bug, so it is shown without a stack:
 * the message names the command and its end, and `lastLines` holds what it said last.
 */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly command: string
  readonly fault: CommandFault
  readonly lastLines: readonly string[]

  constructor(command: string, fault: CommandFault, lastLines: readonly string[]) {
    super(`${command} ${describeFault(fault)}`)
    this.command = command
    this.fault = fault
    this.lastLines = lastLines
  }
}

recogniseCopies(CommandError, 'command-error')

function describeFault(fault: CommandFault): string {
  switch (fault.kind) {
    case 'exit':
      return `exited with code ${fault.code}`
    case 'signal':
      return `was ended by ${fault.signal}`
    case 'timeout':
      return `did not end within ${fault.timeoutMs / 1000} s`
    case 'too-much-output':
      return `printed more than ${fault.limit / 2 ** 20} MiB`
    case 'lost':
      return `is lost: the process that had started it ${fault.how}`
  }
}

/** A command as it would be typed, cut where it is long. */
export function commandText(file: string, args: readonly string[]): string {
  const text = shellWords([file, ...args]).replaceAll('\n', ' ')
  return text.length > 200 ? `${text.slice(0, 199)}…` : text
}
