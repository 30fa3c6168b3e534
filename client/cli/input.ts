import type { z } from 'zod'
import { visible } from '../../lib/visible.ts'
import { issueMessage } from '../../services/contract/issue-message.ts'
import { type CliError, usageError } from './cli-error.ts'
import type { Field } from './fields.ts'
import type { Layout } from './flags.ts'
import { abridged } from './render/abridged.ts'
import { fieldValue } from './value.ts'
import { variablesFrom } from './variables-text.ts'

/** What was typed: texts by place, the words after them, and by flag its text, its texts, or true. */
export type Typed = {
  readonly places: readonly string[]
  readonly rest: readonly string[]
  readonly flags: Readonly<Record<string, string | readonly string[] | true | undefined>>
}

/** How what a flag names is had. */
export type Reading = {
  /** The content of a file. */
  readonly text: (flag: string, file: string) => Promise<string>
  /** One line, which is not to be told. */
  readonly secret: (flag: string, file: string) => Promise<string>
  /** The same for one that is chosen now. */
  readonly newSecret: (flag: string, file: string) => Promise<string>
  /** A patch and, where that is known, the commit that it was made against; `commit` is the one that was asked for. */
  readonly patch: (flag: string, file: string, commit: string | undefined) => Promise<Record<string, string>>
}

/**
 * The input of an operation from what was typed. Throws a usage error that names the flag or argument, what was given
 * and what is allowed.
 */
export async function inputFrom(
  schema: z.ZodObject,
  layout: Layout,
  typed: Typed,
  read: Reading,
): Promise<Record<string, unknown>> {
  const input: Record<string, unknown> = {}
  const said = new Map<string, { label: string; given: string }>()
  for (const [i, { field, title }] of layout.places.entries()) {
    const text = typed.places[i]
    if (text === undefined) continue
    said.set(field.name, { label: title, given: text })
    input[field.name] = fieldValue(field.type, title, text, undefined)
  }
  for (const { field, name, read: way, default: initial } of layout.flags) {
    const label = `--${name}`
    const given = typed.flags[name] ?? initial
    if (given === undefined) continue
    said.set(field.name, { label, given: given === true ? 'true' : [given].flat().join(' ') })
    const last = given === true ? '' : ([given].flat().at(-1) ?? '')
    if (given === true) input[field.name] = true
    else if (way === 'file') input[field.name] = await read.text(label, last)
    else if (way === 'secret') input[field.name] = await read.secret(label, last)
    else if (way === 'new secret') input[field.name] = await read.newSecret(label, last)
    else if (way === 'patch') Object.assign(input, await read.patch(label, last, textOr(input.commit)))
    else if (way === 'variables')
      input[field.name] = variablesFrom(label, visible(last), await read.text(label, last))
    else input[field.name] = fieldValue(field.type, label, given, way)
  }
  const { rest } = layout
  if (rest !== undefined) takeRest(rest, typed.rest, input, said, layout)
  requireAll(layout, input)
  const result = schema.safeParse(input)
  if (!result.success) throw refusal(result.error.issues, input, said, layout)
  return input
}

const textOr = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

function takeRest(
  { field, title }: { field: Field; title: string },
  words: readonly string[],
  input: Record<string, unknown>,
  said: Map<string, { label: string; given: string }>,
  layout: Layout,
): void {
  const flag = layout.flags.find(one => one.field === field)
  if (words.length === 0) {
    if (field.required && input[field.name] === undefined)
      throw usageError(
        `missing ${title}`,
        `give -- ${title}${flag === undefined ? '' : `, or --${flag.name} ${flag.value}`}`,
      )
    return
  }
  if (input[field.name] !== undefined)
    throw usageError(`both --${flag?.name} and "${visible(words.join(' '))}" are given`, 'give one of them')
  said.set(field.name, { label: title, given: words.join(' ') })
  input[field.name] = [...words]
}

function requireAll({ flags }: Layout, input: Record<string, unknown>): void {
  const missing = flags.filter(({ field }) => field.required && input[field.name] === undefined)
  if (missing.length > 0)
    throw usageError(`missing ${missing.map(({ name, value }) => `--${name} ${value}`).join(', ')}`)
}

/** What the contract says of the input, in the words of the command line. */
function refusal(
  issues: readonly z.core.$ZodIssue[],
  input: Readonly<Record<string, unknown>>,
  said: ReadonlyMap<string, { label: string; given: string }>,
  layout: Layout,
): CliError {
  const texts = issues.map(issue => {
    const message = issueMessage(issue)
    const [field, place] = issue.path
    const name = String(field ?? '')
    const found = said.get(name)
    const flag = layout.flags.find(({ field }) => field.name === name)
    if (found === undefined) return `${flag === undefined ? name : `--${flag.name}`}: ${message}`
    return `${found.label} "${abridged(oneOf(input[name], place) ?? found.given)}": ${message}`
  })
  return usageError([...new Set(texts)].join('; '))
}

/** The one of a list that was refused. */
function oneOf(value: unknown, place: PropertyKey | undefined): string | undefined {
  const one: unknown = Array.isArray(value) && typeof place === 'number' ? value[place] : undefined
  return typeof one === 'string' ? one : undefined
}
