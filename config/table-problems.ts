import { z } from 'zod'
import { nearest } from '../lib/suggest.ts'
import { allowed } from './allowed.ts'
import { keyName } from './keys.ts'
import { valueText } from './value-text.ts'

export type TableProblem = { readonly path: readonly string[]; readonly text: string }

/**
 * What is wrong with a document, part of whose tables are named by who writes it: each key that there is none of, with what was
 * probably meant, each that is missing, and each value that may not stand there.
 */
export function tableProblems(schema: z.core.$ZodType, values: unknown): TableProblem[] {
  const result = z.safeParse(schema, values)
  if (result.success) return []
  return result.error.issues.flatMap(issue => {
    const path = issue.path.map(String)
    const type = typeAt(schema, path)
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map(key => ({ path: [...path, key], text: unknown([...path, key], type) }))
    if (issue.code === 'invalid_key')
      return [{ path, text: `the name ${JSON.stringify(path.at(-1))}: expected ${keysOf(schema, path)}` }]
    const value = valueAt(values, path)
    const wanted = type === undefined ? issue.message : allowed(type)
    if (value === undefined)
      return [{ path: path.slice(0, -1), text: `${keyName(path)} is missing: expected ${wanted}` }]
    return [
      { path, text: `${keyName(path)} = ${valueText(value, isSecret(type), false)}: expected ${wanted}` },
    ]
  })
}

function unknown(path: readonly string[], table: z.core.$ZodType | undefined): string {
  const known = table instanceof z.ZodObject ? Object.keys(table.shape) : []
  const near = nearest(path.at(-1) ?? '', known)
  const hint = near === undefined ? `; there are: ${known.join(', ')}` : `; did you mean ${near}?`
  return `unknown key ${keyName(path)}${hint}`
}

/** What stands at a path, its defaults taken off. */
function typeAt(schema: z.core.$ZodType, path: readonly string[]): z.core.$ZodType | undefined {
  const type = bare(schema)
  const [head, ...rest] = path
  if (head === undefined) return type
  const inner = innerOf(type, head)
  return inner === undefined ? undefined : typeAt(inner, rest)
}

function innerOf(type: z.core.$ZodType, name: string): z.core.$ZodType | undefined {
  if (type instanceof z.ZodObject) return type.shape[name]
  if (type instanceof z.ZodRecord) return type.valueType
  return type instanceof z.ZodArray ? type.element : undefined
}

function bare(type: z.core.$ZodType): z.core.$ZodType {
  const wraps = type instanceof z.ZodDefault || type instanceof z.ZodPrefault || type instanceof z.ZodOptional
  // A description stands where it was given.
  return wraps && z.globalRegistry.get(type) === undefined ? bare(type.unwrap()) : type
}

function keysOf(schema: z.core.$ZodType, path: readonly string[]): string {
  const table = typeAt(schema, path.slice(0, -1))
  return table instanceof z.ZodRecord ? allowed(table.keyType) : 'another name'
}

const isSecret = (type: z.core.$ZodType | undefined) =>
  (type !== undefined && z.globalRegistry.get(type)?.secret) || false

function valueAt(table: unknown, [head, ...rest]: readonly string[]): unknown {
  if (head === undefined) return table
  const found =
    typeof table === 'object' && table !== null
      ? Object.entries(table).find(([name]) => name === head)?.[1]
      : undefined
  return valueAt(found, rest)
}
