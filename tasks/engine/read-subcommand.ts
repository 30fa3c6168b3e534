import { didYouMean } from '../../lib/suggest.ts'
import { UserError } from '../../lib/user-error.ts'
import { type Beginning, readGlobal } from './command-line.ts'
import type { Flags, WritableFlags } from './options.ts'
import type { ParamDeclaration } from './params/declaration.ts'
import { GivenWords, isOption } from './params/given-words.ts'
import { placeName, usageOf } from './params/usage.ts'
import type { Subcommand } from './subcommands.ts'

export type SubcommandValues = Readonly<Record<string, boolean | string | readonly string[] | undefined>>

export interface SubcommandLine {
  readonly flags: Flags
  readonly values: SubcommandValues
}

/** Reads what follows a subcommand: its own words, and options of `task` itself. With `--help` nothing may be missing. */
export function readSubcommand(
  { name, params }: Subcommand,
  { flags: before, rest }: Beginning,
): SubcommandLine {
  const flags: WritableFlags = { ...before }
  const given = new GivenWords(params)
  const words = rest.slice(1)
  for (let at = 0; at < words.length; ) {
    const word = words[at] ?? ''
    const next = given.take(words, at)
    if (next === undefined && !isOption(word))
      throw new UserError(`task ${name} takes no "${word}"`, { fix: usage(name, params) })
    at = next ?? readGlobal(flags, words, at, { name, given })
  }
  if (flags.help) return { flags, values: {} }
  const values = params.map(declaration => [
    declaration.name,
    checked(name, params, declaration, given.given.get(declaration.name)?.text),
  ])
  return { flags, values: Object.fromEntries(values) }
}

function checked(
  name: string,
  params: readonly ParamDeclaration[],
  declaration: ParamDeclaration,
  text: boolean | string | readonly string[] | undefined,
): boolean | string | readonly string[] | undefined {
  const { kind, required, choices, positional, flag } = declaration
  const called = positional ? placeName(declaration) : flag
  if (text === undefined) {
    if (required) throw new UserError(`${called} is missing`, { fix: usage(name, params) })
    if (kind === 'boolean') return false
    return kind === 'list' ? [] : declaration.default
  }
  if (typeof text === 'string' && choices !== undefined && !choices.includes(text))
    throw new UserError(`${called} is ${JSON.stringify(text)}, expected one of ${choices.join(', ')}`, {
      fix: didYouMean(text, choices),
    })
  return text
}

function usage(name: string, params: readonly ParamDeclaration[]): string {
  return `usage: task ${name} ${usageOf(params, false)}`
}
