import type { Field } from './fields.ts'
import type { FlagWords } from './words/words.ts'

/** The words of an operation, as far as its flags and arguments go, without its types. */
export type PlainWords = {
  readonly places?: readonly string[]
  readonly rest?: {
    readonly field: string
    readonly value: string
    readonly describe: string
    readonly bare?: true
  }
  readonly flags?: Readonly<Record<string, FlagWords | false | undefined>>
}

export type Flag = {
  readonly field: Field
  /** Without dashes. */
  readonly name: string
  /** What stands for its value in the help; undefined for a switch. */
  readonly value: string | undefined
  readonly repeatable: boolean
  readonly read: FlagWords['read']
  /** What is taken where it is not given, as it would be typed; undefined where nothing is sent. */
  readonly default: string | undefined
  readonly describe: string
}

export type Place = { readonly field: Field; readonly title: string }

export type Layout = {
  readonly places: readonly Place[]
  readonly rest: (Place & { readonly describe: string; readonly bare: boolean }) | undefined
  readonly flags: readonly Flag[]
}

/** Which field of an operation is given where: the contract's fields, placed and named by the words. */
export function layoutOf(fields: readonly Field[], words: PlainWords): Layout {
  const byName = new Map(fields.map(field => [field.name, field]))
  const field = (name: string): Field => {
    const found = byName.get(name)
    if (found === undefined) throw new TypeError(`the contract has no field "${name}" here`)
    return found
  }
  const places = (words.places ?? []).map(name => ({ field: field(name), title: name }))
  const inPlace = new Set(words.places)
  const flags = fields.flatMap(one => {
    const said = words.flags?.[one.name]
    if (said === false || inPlace.has(one.name) || (words.rest?.field === one.name && said === undefined))
      return []
    return [flagOf(one, said ?? {}, words.rest?.field === one.name)]
  })
  const rest =
    words.rest === undefined
      ? undefined
      : {
          field: field(words.rest.field),
          title: words.rest.value,
          describe: words.rest.describe,
          bare: words.rest.bare === true,
        }
  return { places, rest, flags }
}

function flagOf(field: Field, said: FlagWords, besidesRest: boolean): Flag {
  const name = said.name ?? field.name.replaceAll('_', '-')
  const { type } = field
  return {
    field,
    name,
    value: type.kind === 'boolean' ? undefined : (said.value ?? name.toUpperCase().replaceAll('-', '_')),
    repeatable: type.kind === 'list' || (type.kind === 'record' && said.read === undefined),
    read: said.read,
    default: said.default,
    describe: describe(field, said, field.required && !besidesRest),
  }
}

/** What the contract says of a field, and how its flag takes it. */
function describe(field: Field, said: FlagWords, required: boolean): string {
  const { type } = field
  const text = said.describe ?? field.describe
  const parts = [said.read === 'seconds' ? overTime(text) : text]
  if (said.read === 'variables') parts.push('; a file of NAME=VALUE lines')
  if (said.read === 'secret' || said.read === 'new secret') parts.push('; the first line of a file')
  if (['file', 'patch', 'variables', 'secret', 'new secret'].includes(said.read ?? ''))
    parts.push('; - reads standard input')
  if (said.read === 'patch')
    parts.push(', @working-tree packs what has not been committed here, against HEAD or --commit')
  if (type.kind === 'choice') parts.push(` (${type.choices.join(', ')})`)
  if (type.kind === 'list' && type.of.kind === 'choice') parts.push(` (${type.of.choices.join(', ')})`)
  const initial = said.default ?? defaultText(field)
  if (initial !== undefined) parts.push(` (default: ${initial})`)
  if (required) parts.push(' (required)')
  return parts.join('')
}

/** The contract counts seconds; a flag takes `10m` as well. */
const overTime = (text: string): string =>
  text.replace(/^seconds (to wait|until|after which)/, (_, what: string) =>
    what === 'to wait' ? 'how long to wait' : `time ${what}`,
  )

/** The contract's default as the help tells it; nothing for an empty one. */
function defaultText({ default: initial }: Field): string | undefined {
  if (initial === undefined || initial === false || initial === 0) return undefined
  if (typeof initial === 'object' && initial !== null && Object.keys(initial).length === 0) return undefined
  return String(initial)
}
