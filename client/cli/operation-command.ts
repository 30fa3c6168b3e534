import { type Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { contract } from '../../services/contract/contract.ts'
import type { Operation } from '../../services/contract/operation.ts'
import { examplesText } from './examples-text.ts'
import { fieldsOf } from './fields.ts'
import { type Layout, layoutOf, type PlainWords } from './flags.ts'
import { inputFrom, type Reading, type Typed } from './input.ts'
import type { CliName, Words } from './words/words.ts'
import { words } from './words.ts'

/** What was typed for an operation, checked against its schema. */
export type Asked = {
  readonly name: CliName
  readonly input: Record<string, unknown>
  readonly extras: ReadonlyMap<string, string | true>
}

export type OperationCommandOptions = {
  readonly read: Reading
  readonly perform: (asked: Asked) => Promise<void>
}

/** Gives a commander command the arguments, flags and help of an operation: those of the contract, in its words. */
export function fillOperationCommand(
  command: Command,
  name: CliName,
  options: OperationCommandOptions,
): void {
  const layout = declareOperationCommand(command, name)
  const operation: Operation = contract[name]
  const extraFlags = words[name].extras ?? []
  command.action(async () => {
    const typed = typedIn(command, layout)
    const extras = new Map(
      extraFlags
        .filter(({ name }) => isGiven(command, name))
        .map(({ name, value }): [string, string | true] => [
          name,
          value === undefined ? true : String(command.getOptionValue(attribute(name))),
        ]),
    )
    const { pair } = pairOf(name)
    const second = pair === undefined ? undefined : typed.rest[0]
    if (pair !== undefined && second !== undefined) extras.set(pair.name, second)
    const [place] = layout.places
    const schema =
      pair === undefined || second === undefined || place === undefined
        ? operation.input
        : operation.input.extend({ [place.field.name]: pair.first })
    const input = await inputFrom(schema, layout, typed, options.read)
    await options.perform({ name, input, extras })
  })
}

const pairOf = (name: CliName): Pick<Words<CliName>, 'pair'> => words[name]

/** All of it but the action. */
export function declareOperationCommand(command: Command, name: CliName): Layout {
  const operation: Operation = contract[name]
  const said: PlainWords & Pick<(typeof words)[CliName], 'extras' | 'examples' | 'path'> = words[name]
  const layout = layoutOf(fieldsOf(operation.input), said)
  command.summary(operation.summary).description(operation.summary)
  for (const { field, title } of layout.places) command.argument(`<${title}>`, field.describe)
  if (layout.rest !== undefined) command.argument('[words...]', layout.rest.describe)
  const { pair } = pairOf(name)
  if (pair !== undefined) command.argument(`[${pair.name}]`, pair.describe)
  for (const flag of layout.flags) command.addOption(optionOf(flag))
  for (const { name, short, value, describe } of said.extras ?? []) {
    const names = `${short === undefined ? '' : `-${short}, `}--${name}`
    command.addOption(
      value === undefined
        ? new Option(names, describe)
        : new Option(`${names} <${value}>`, describe).argParser(takeOne),
    )
  }
  command.addHelpText('after', examplesText(said.path, said.examples))
  if (layout.rest !== undefined) {
    const places = layout.places.map(({ title }) => title.toUpperCase())
    const { field, title, bare } = layout.rest
    const words = bare ? title : `-- ${title}`
    command.usage(['[options]', ...places, field.required ? words : `[${words}]`].join(' '))
  }
  if (layout.rest?.bare === false) command.exitOverride(adviseDashes('the program', 'the program'))
  // An expression may begin with a minus.
  else if (layout.places.length > 1)
    command.exitOverride(adviseDashes(`the ${layout.places.at(-1)?.title}`, 'it'))
  return layout
}

function optionOf({ name, value, repeatable, describe }: Layout['flags'][number]): Option {
  const told = repeatable ? `${describe}; may be repeated` : describe
  if (value === undefined) return new Option(`--${name}`, told)
  const option = new Option(`--${name} <${value}>`, told)
  return repeatable
    ? option.argParser((text, before: readonly string[] = []) => [...before, text])
    : option.argParser(takeOne)
}

/** Which of two was meant is not guessed: the first would be lost in silence. */
function takeOne(text: string, before: string | undefined): string {
  if (before !== undefined && before !== text)
    throw new InvalidArgumentError(`It was given before, as ${JSON.stringify(before)}, and takes one.`)
  return text
}

function typedIn(command: Command, { places, flags }: Layout): Typed {
  const given: Record<string, unknown> = command.opts()
  const texts: Record<string, string | readonly string[] | true | undefined> = {}
  for (const { name } of flags) {
    const value = given[attribute(name)]
    if (value === true || typeof value === 'string') texts[name] = value
    else if (Array.isArray(value)) texts[name] = value.map(String)
  }
  return {
    places: command.args.slice(0, places.length),
    rest: command.args.slice(places.length),
    flags: texts,
  }
}

/** Whether a switch of the CLI's own was given; `--no-x` is one that turns the default of `x` off. */
const isGiven = (command: Command, name: string): boolean =>
  command.getOptionValueSource(attribute(name.replace(/^no-/, ''))) === 'cli'

/** The key under which commander keeps a flag. */
const attribute = (name: string): string =>
  name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())

const adviseDashes =
  (whole: string, before: string) =>
  (error: CommanderError): never => {
    if (error.code !== 'commander.unknownOption' || error.message.includes('Did you mean')) throw error
    throw new CommanderError(
      error.exitCode,
      error.code,
      `${error.message}\n(if it belongs to ${whole}, put -- before ${before})`,
    )
  }
