import type { z } from 'zod'

/** What the text of a value may look like, and what zod is handed for it. */
export type Form =
  | { readonly kind: 'text' | 'boolean' | 'bigint' }
  | { readonly kind: 'number'; readonly whole: boolean }
  | { readonly kind: 'choice'; readonly values: ReadonlyMap<string, unknown> }
  | { readonly kind: 'either'; readonly forms: readonly Form[] }
  | { readonly kind: 'list'; readonly of: Form }

/** A type that no word of a command line can be. */
export class UnsupportedType extends Error {
  override readonly name = 'UnsupportedType'
  readonly type: string

  constructor(type: string) {
    super(`a word of the command line cannot be ${type}`)
    this.type = type
  }
}

/** Throws an UnsupportedType. */
export function formOf(schema: z.core.$ZodType): Form {
  // zod's own union of all it has, which its types hide behind their common base.
  const known = schema as z.core.$ZodTypes
  const def = known._zod.def
  switch (def.type) {
    case 'string':
    case 'template_literal':
      return { kind: 'text' }
    case 'number':
      return { kind: 'number', whole: isWhole(def) }
    case 'bigint':
      return { kind: 'bigint' }
    case 'boolean':
      return { kind: 'boolean' }
    case 'date':
      if (def.coerce !== true) throw new UnsupportedType('z.date(): write z.coerce.date()')
      return { kind: 'text' }
    case 'enum':
      return choice(Object.values(def.entries))
    case 'literal':
      return choice(def.values)
    case 'union':
      return { kind: 'either', forms: def.options.map(option => single(formOf(option), 'a union')) }
    case 'array':
      return { kind: 'list', of: single(formOf(def.element), 'an array') }
    case 'optional':
    case 'nullable':
    case 'nonoptional':
    case 'default':
    case 'prefault':
    case 'catch':
    case 'readonly':
      return formOf(def.innerType)
    case 'lazy':
      return formOf(def.getter())
    case 'pipe':
      return def.in._zod.def.type === 'transform' ? preprocessed(formOf(def.out)) : formOf(def.in)
    default:
      throw new UnsupportedType(`z.${def.type}()`)
  }
}

/** What zod is handed for a text. What does not fit is handed on in a form that zod refuses. */
export function inputOf(form: Form, text: string): unknown {
  switch (form.kind) {
    case 'text':
      return text
    case 'number':
      return numberOf(text, form.whole)
    case 'bigint':
      return /^[+-]?\d+$/.test(text) ? BigInt(text) : null
    case 'boolean':
      return booleanOf(text) ?? text
    case 'choice':
      return form.values.has(text) ? form.values.get(text) : text
    case 'either': {
      const inputs = form.forms.map(of => inputOf(of, text))
      return inputs.find(input => typeof input !== 'string' && input !== null && !Number.isNaN(input)) ?? text
    }
    case 'list':
      return [inputOf(form.of, text)]
  }
}

/** What an environment variable may say for yes and no. */
export function booleanOf(text: string): boolean | undefined {
  if (/^(1|true|yes|on)$/i.test(text)) return true
  if (/^(0|false|no|off)$/i.test(text)) return false
  return undefined
}

/** All that may be typed, where that can be counted. */
export function choicesOf(form: Form): readonly string[] | undefined {
  switch (form.kind) {
    case 'choice':
      return [...form.values.keys()]
    case 'list':
      return choicesOf(form.of)
    case 'either': {
      const all = form.forms.map(choicesOf)
      return all.every(choices => choices !== undefined) ? all.flat() : undefined
    }
    default:
      return undefined
  }
}

function single(form: Form, where: string): Form {
  if (form.kind === 'boolean' || form.kind === 'list') throw new UnsupportedType(`a ${form.kind} in ${where}`)
  return form
}

/** The function of `z.preprocess` gets the text as it is. */
function preprocessed(form: Form): Form {
  return form.kind === 'boolean' || form.kind === 'list' ? form : { kind: 'text' }
}

function choice(values: readonly unknown[]): Form {
  const wrong = values.find(value => !['string', 'number', 'bigint'].includes(typeof value))
  if (wrong !== undefined || values.includes(undefined))
    throw new UnsupportedType(`z.literal(${String(wrong)})`)
  return { kind: 'choice', values: new Map(values.map(value => [String(value), value])) }
}

/** `z.int()` is of such a format itself, of `z.number().int()` it is one of the checks. */
function isWhole(def: z.core.$ZodNumberDef): boolean {
  const formats = [def, ...(def.checks ?? []).map(check => check._zod.def)]
  return formats.some(known => 'format' in known && /int/.test(String(known.format)))
}

/** Decimal alone, for `0x10` and an empty text are hardly meant as numbers. NaN for everything else. */
function numberOf(text: string, whole: boolean): number {
  const pattern = whole ? /^[+-]?\d+(\.\d+)?$/ : /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i
  return pattern.test(text) ? Number(text) : Number.NaN
}
