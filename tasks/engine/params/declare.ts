import type { z } from 'zod'
import { UserError } from '../../../lib/user-error.ts'
import type { ParamShape } from '../task.ts'
import { flagsOf, type ParamDeclaration } from './declaration.ts'
import { choicesOf, type Form, formOf, UnsupportedType } from './form.ts'

/** Describes the parameters of a task. Throws a UserError that names the task and the parameter that is wrong. */
export function declareParams(task: string, shape: ParamShape): readonly ParamDeclaration[] {
  const declarations = Object.entries(shape).map(([name, schema]) => {
    const fail = (fault: string, fix?: string) =>
      new UserError(`parameter "${name}" of "${task}": ${fault}`, { fix })
    return declare(name, schema, fail)
  })
  const flags = new Map<string, string>()
  for (const declaration of declarations) {
    const { name, short } = declaration
    for (const flag of [...flagsOf([declaration]), ...(short === undefined ? [] : [short])]) {
      const other = flags.get(flag)
      if (other !== undefined)
        throw new UserError(`parameters "${other}" and "${name}" of "${task}" are both ${flag}`)
      flags.set(flag, name)
    }
  }
  const places = declarations.filter(({ positional }) => positional)
  const variadic = places.findIndex(declaration => declaration.variadic)
  const after = variadic === -1 ? undefined : places[variadic + 1]
  if (after !== undefined)
    throw new UserError(
      `parameter "${after.name}" of "${task}": no word is left for it, "${places[variadic]?.name}" takes them all`,
      { fix: `declare "${after.name}" before it, or without positional` },
    )
  return declarations
}

type Fail = (fault: string, fix?: string) => UserError

function declare(name: string, schema: unknown, fail: Fail): ParamDeclaration {
  if (!isSchema(schema)) throw fail('it is no zod schema', `params: z => ({ ${name}: z.string() })`)
  const form = formOrFault(schema, fail)
  const meta = readMeta(schema, fail)
  const flag = `--${kebab(name)}`
  if (!/^--[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(flag))
    throw fail(`${flag} cannot be a flag`, 'a name has letters and digits, and begins with a letter')
  const kind = form.kind === 'boolean' || form.kind === 'list' ? form.kind : 'value'
  const positional = meta.positional === true
  if (positional && kind === 'boolean') throw fail('a boolean is a flag and cannot be positional')
  const choices = choicesOf(form)
  const byDefault = defaultOf(schema)
  return {
    name,
    flag,
    ...(meta.short !== undefined && { short: `-${meta.short}` }),
    kind,
    positional,
    variadic: positional && kind === 'list',
    required: schema._zod.optin === undefined,
    ...(byDefault !== undefined && { default: byDefault }),
    ...(meta.env !== undefined && { env: meta.env }),
    ...(kind !== 'boolean' && { value: meta.value ?? label(name, form, positional) }),
    ...(choices !== undefined && { choices }),
    ...(meta.description !== undefined && { describe: meta.description }),
    ...(meta.hidden === true && { hidden: true }),
  }
}

function isSchema(value: unknown): value is z.ZodType {
  return typeof value === 'object' && value !== null && '_zod' in value && 'meta' in value
}

function formOrFault(schema: z.ZodType, fail: Fail): Form {
  try {
    return formOf(schema)
  } catch (error) {
    if (error instanceof UnsupportedType) throw fail(error.message)
    throw error
  }
}

interface Meta {
  readonly description?: string
  readonly positional?: boolean
  readonly short?: string
  readonly env?: string
  readonly value?: string
  readonly hidden?: boolean
}

const checks: Readonly<Record<keyof Meta, readonly [fits: (value: unknown) => boolean, what: string]>> = {
  description: [value => typeof value === 'string', 'a text'],
  positional: [value => typeof value === 'boolean', 'true or false'],
  short: [value => typeof value === 'string' && /^[a-zA-Z]$/.test(value), 'one letter, without a dash'],
  env: [
    value => typeof value === 'string' && /^[A-Za-z_]\w*$/.test(value),
    'the name of an environment variable',
  ],
  value: [value => typeof value === 'string' && value !== '', 'a text, such as FILE'],
  hidden: [value => typeof value === 'boolean', 'true or false'],
}

/** What was said of a schema or of any that it wraps: the outer one has the last word. */
function readMeta(schema: z.ZodType, fail: Fail): Meta {
  const meta: Record<string, unknown> = Object.assign(
    {},
    ...layers(schema).map(layer => layer.meta?.() ?? {}),
  )
  for (const [key, value] of Object.entries(meta)) {
    if (value === undefined) continue
    const check = Object.entries(checks).find(([known]) => known === key)?.[1]
    if (check === undefined)
      throw fail(`meta has an unknown key "${key}"`, 'it may hold positional, short, env, value and hidden')
    const [fits, what] = check
    if (!fits(value)) throw fail(`meta.${key} is ${JSON.stringify(value)}, expected ${what}`)
  }
  return meta
}

/** A schema and those that it wraps, from the inside out. */
function layers(schema: z.core.$ZodType): readonly z.ZodType[] {
  const { def } = schema._zod
  const inner = innerOf(def)
  return [...(inner === undefined ? [] : layers(inner)), ...(isSchema(schema) ? [schema] : [])]
}

function innerOf(def: z.core.$ZodTypeDef): z.core.$ZodType | undefined {
  if ('innerType' in def && isSchema(def.innerType)) return def.innerType
  return 'in' in def && isSchema(def.in) ? def.in : undefined
}

/** The default of the outermost layer that has one, as text. */
function defaultOf(schema: z.ZodType): string | undefined {
  for (const { _zod } of layers(schema).toReversed())
    if ('defaultValue' in _zod.def) return textOf(_zod.def.defaultValue)
  return undefined
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(textOf).join(', ')
  if (value instanceof Date) return value.toISOString()
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function kebab(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase()
}

/** A number is N behind a flag; everything else is called as its parameter. */
function label(name: string, form: Form, positional: boolean): string {
  const one = form.kind === 'list' ? form.of : form
  if (!positional && (one.kind === 'number' || one.kind === 'bigint')) return 'N'
  return kebab(name).toUpperCase()
}
