import type { Command } from 'commander'
import type { ConnectionFlags } from '../../../config/client/load.ts'
import type { Io } from '../io.ts'
import type { RenderContext } from '../words/words.ts'

/** All flags that commands about this client itself have. */
export type Flags = ConnectionFlags & {
  readonly json?: true
  readonly origin?: true
  readonly force?: true
  readonly yes?: true
  readonly verbose?: true
  readonly password?: string
  readonly invite?: string
  readonly displayName?: string
  readonly dryRun?: true
  readonly sectionHeading?: string
  readonly port?: string
  readonly local?: string
  readonly debug?: string
  readonly stdio?: true
  readonly socket?: string
  readonly listen?: string
  readonly wait?: string
  readonly action?: string
  readonly payload?: readonly string[]
  readonly tag?: readonly string[]
  readonly preset?: string
  readonly limit?: string
  readonly minScore?: string
  readonly anew?: true
  readonly accept?: readonly string[]
  readonly diff?: true
  readonly descriptor?: string
  readonly target?: string
  readonly option?: readonly string[]
  readonly forceRestart?: true
  /** False where it is said, as the parser has it for `--no-restart`. */
  readonly restart?: boolean
}

export type LocalCommand = {
  readonly summary: string
  readonly examples: readonly string[]
  /** Declares the flags and arguments that it has of its own. */
  readonly words?: (command: Command) => void
  /** Answers with an exit code, where it is not that of success. */
  readonly act: Act<void> | Act<number>
}

type Act<Code> = (io: Io, flags: Flags, context: RenderContext, args: readonly string[]) => Promise<Code>

/** For a flag that may be repeated. */
export const gathered = (text: string, before: readonly string[] = []): readonly string[] => [...before, text]
