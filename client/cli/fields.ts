import { z } from 'zod'

/** What a value of a field looks like when it is typed. */
export type FieldKind =
  | { readonly kind: 'text' | 'number' | 'boolean' }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  | { readonly kind: 'list'; readonly of: FieldKind }
  /** `NAME=VALUE`, repeatable. */
  | { readonly kind: 'record' }

/** One field of an operation's input, as the schema declares it. */
export type Field = {
  readonly name: string
  readonly type: FieldKind
  readonly required: boolean
  readonly default: unknown
  readonly describe: string
}

/** The fields of an input schema in their order: what the CLI makes flags and arguments from. */
export const fieldsOf = (schema: z.ZodObject): Field[] =>
  Object.entries(schema.shape).map(([name, field]) => {
    const inner = unwrap(field)
    const initial = field instanceof z.ZodDefault ? field.def.defaultValue : undefined
    return {
      name,
      type: kindOf(inner),
      required: !field.safeParse(undefined).success,
      default: initial,
      describe: field.description ?? inner.description ?? '',
    }
  })

const unwrap = (schema: z.core.$ZodType | undefined): z.ZodType => {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) return unwrap(schema.def.innerType)
  if (schema instanceof z.ZodType) return schema
  throw new TypeError('a schema of another kind than the contract uses')
}

function kindOf(schema: z.ZodType): FieldKind {
  if (schema instanceof z.ZodString || schema instanceof z.ZodStringFormat) return { kind: 'text' }
  if (schema instanceof z.ZodNumber) return { kind: 'number' }
  if (schema instanceof z.ZodBoolean) return { kind: 'boolean' }
  if (schema instanceof z.ZodEnum) return { kind: 'choice', choices: schema.options.map(String) }
  if (schema instanceof z.ZodArray) return { kind: 'list', of: kindOf(unwrap(schema.element)) }
  if (schema instanceof z.ZodRecord) return { kind: 'record' }
  // Of several forms the simplest to type: a line besides a list of words.
  if (schema instanceof z.ZodUnion) return kindOf(unwrap(schema.options[0]))
  throw new TypeError(`the CLI has no flag for a field of type ${schema.def.type}`)
}
