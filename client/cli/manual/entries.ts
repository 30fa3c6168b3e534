import { Command } from 'commander'
import { type Leaf, leaves, localPath } from '../leaves.ts'
import { declareLocalCommand } from '../local/local-command.ts'
import { declareOperationCommand } from '../operation-command.ts'
import { words } from '../words.ts'

/** One command as its help has it. */
export type CommandEntry = {
  readonly path: Leaf['path']
  readonly summary: string
  /** What stands behind its words, such as `[options] <session>`. */
  readonly usage: string
  readonly places: readonly { readonly name: string; readonly describe: string }[]
  readonly flags: readonly { readonly flags: string; readonly describe: string }[]
  /** What stands behind its words in each. */
  readonly examples: readonly string[]
  /** The same command under the words that are used here. */
  readonly sameAs: Leaf['path'] | undefined
}

/** Every command, as it is declared to the parser: what is told of it is what is understood. */
export const commandEntries = (): CommandEntry[] =>
  leaves().map(({ path, does }) => {
    const command = new Command(path.at(-1))
    const examples = declared(command, does)
    return {
      path,
      summary: command.description(),
      usage: command.usage(),
      places: command.registeredArguments.map(one => ({ name: one.name(), describe: one.description })),
      flags: command.options.map(({ flags, description }) => ({ flags, describe: description })),
      examples,
      sameAs: does.alias ? pathOf(does) : undefined,
    }
  })

const pathOf = (does: Leaf['does']): Leaf['path'] =>
  'local' in does ? localPath(does.local) : words[does.operation].path

function declared(command: Command, does: Leaf['does']): readonly string[] {
  if ('local' in does) return declareLocalCommand(command, does.local)
  declareOperationCommand(command, does.operation)
  return words[does.operation].examples
}
