import type { Graph } from '../engine/graph.ts'
import type { Flags } from '../engine/options.ts'
import type { SubcommandValues } from '../engine/read-subcommand.ts'
import type { Taskfile } from '../engine/taskfile.ts'
import type { Style } from '../reporters/style.ts'
import type { Blame } from './read-run.ts'

/** What a subcommand works with. It reads no process, and returns the exit code. */
export interface CommandContext {
  /** Of the Taskfile; its directory is the root of what tasks do. */
  readonly path: string
  /** Loads the Taskfile, which a command that does without it need not wait for. */
  readonly taskfile: () => Promise<Taskfile>
  readonly graph: () => Promise<Graph>
  /** What follows the subcommand, as it was typed. */
  readonly words: readonly string[]
  /** The same, read by its declarations in `engine/subcommands.ts`: by name, defaults included. */
  readonly values: SubcommandValues
  readonly flags: Flags
  readonly style: Style
  readonly styles: { readonly out: Style; readonly error: Style }
  /** Who is to blame for what the command throws. */
  readonly blame: Blame
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
}

export type Command = (context: CommandContext) => Promise<number>
