import { Command } from 'commander'
import { shells } from '../../../lib/completion/shell-answer.ts'
import { contract } from '../../../services/contract/contract.ts'
import { presets } from '../../manager/discovery/presets.ts'
import { fieldsOf } from '../fields.ts'
import { layoutOf } from '../flags.ts'
import { type Leaf, leaves } from '../leaves.ts'
import { declareLocalCommand } from '../local/local-command.ts'
import { declareOperationCommand } from '../operation-command.ts'
import { globalFlags } from '../program.ts'
import { words } from '../words.ts'
import { type KnownValues, valuesOf } from './known-values.ts'

export type Flag = {
  /** With its dashes. */
  readonly name: string
  readonly describe: string
  readonly repeatable: boolean
  /** Undefined for a switch. */
  readonly values: KnownValues | undefined
}

/** What may stand behind the words of one command. */
export type Grammar = {
  readonly flags: readonly Flag[]
  readonly places: readonly { readonly name: string; readonly values: KnownValues }[]
}

const any: KnownValues = { kind: 'any' }
const file: KnownValues = { kind: 'file', words: [] }

/** Of the command at these words; undefined where there is none, or only a group. */
export function grammarOf(path: readonly string[]): Grammar | undefined {
  const leaf = leaves().find(one => one.path.join(' ') === path.join(' '))
  if (leaf === undefined) return undefined
  return 'local' in leaf.does ? ofLocal(leaf.does.local) : ofOperation(leaf.does.operation)
}

function ofOperation(name: Extract<Leaf['does'], { operation: unknown }>['operation']): Grammar {
  const layout = layoutOf(fieldsOf(contract[name].input), words[name])
  const known = new Map(layout.flags.map(({ field, name, read }) => [`--${name}`, valuesOf(field, read)]))
  const command = new Command()
  declareOperationCommand(command, name)
  return {
    flags: flagsOf(command, name => known.get(name) ?? (name === '--output' ? file : any)),
    places: [
      ...layout.places.map(({ field, title }) => ({ name: title, values: valuesOf(field, undefined) })),
      // A path, where the word before names the session.
      ...(name === 'artifacts.download'
        ? [{ name: 'name', values: { kind: 'named', named: 'artifact paths' } as const }]
        : []),
    ],
  }
}

function ofLocal(name: Extract<Leaf['does'], { local: unknown }>['local']): Grammar {
  const command = new Command()
  declareLocalCommand(command, name)
  const values = ((): KnownValues => {
    if (name === 'completions') return { kind: 'words', words: shells }
    if (argumentsOf(command).includes('SESSION')) return { kind: 'named', named: 'sessions' }
    if (name === 'mcp-server install') return { kind: 'named', named: 'discovered MCP servers' }
    if (name === 'mcp-server remove') return { kind: 'named', named: 'installed MCP servers' }
    if (name === 'profile use' || name === 'profile remove') return { kind: 'named', named: 'profiles' }
    return any
  })()
  const files = new Set(
    command.options.filter(({ flags }) => /<(?:FILE|DIR)>$/.test(flags)).map(({ long }) => long),
  )
  return {
    flags: flagsOf(command, name => {
      if (name === '--preset') return { kind: 'words', words: Object.keys(presets) }
      if (name === '--debug') return { kind: 'named', named: 'debug sessions' }
      return files.has(name) ? file : any
    }),
    places: command.registeredArguments.map(argument => ({
      name: argument.name(),
      values: argument.name() === 'PATH' ? file : values,
    })),
  }
}

const argumentsOf = (command: Command): string[] => command.registeredArguments.map(one => one.name())

/** Those that go with every command. */
export function globalGrammar(): readonly Flag[] {
  const command = new Command()
  for (const { flags, describe } of globalFlags) command.option(flags, describe)
  command.option('-h, --help', 'tell what it does, and its flags')
  return flagsOf(command, name => {
    if (name === '--ca') return file
    return name === '--profile' ? { kind: 'named', named: 'profiles' } : any
  })
}

const flagsOf = (command: Command, valuesOfFlag: (name: string) => KnownValues): Flag[] =>
  command.options.map(option => {
    const name = option.long ?? option.short ?? ''
    return {
      name,
      describe: option.description,
      repeatable: option.description.endsWith('; may be repeated'),
      values: option.required ? valuesOfFlag(name) : undefined,
    }
  })
