import { z } from 'zod'

/**
 * What the text of a query parameter means for a field: a number where the field is one, `true` and `false` where it is
 * a boolean, otherwise the text. Text that means nothing of the kind is left as it is, for the schema to refuse.
 */
export function fromText(field: z.core.$ZodType | undefined, text: unknown): unknown {
  if (typeof text !== 'string') return text
  const inner = unwrap(field)
  if (inner instanceof z.ZodNumber) return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text
  if (inner instanceof z.ZodBoolean) return text === 'true' ? true : text === 'false' ? false : text
  return text
}

const unwrap = (field: z.core.$ZodType | undefined): z.core.$ZodType | undefined =>
  field instanceof z.ZodDefault || field instanceof z.ZodOptional ? unwrap(field.def.innerType) : field
