import { z } from 'zod'
import { compiledSchema } from '../../lib/compiled-schema.ts'
import { fromText } from '../contract/from-text.ts'
import { hasBody, type Operation, type ParsedInputOf, pathParameters } from '../contract/operation.ts'
import { fieldErrors } from './field-errors.ts'
import { done, type FieldError, type Outcome, refuseFields } from './outcome.ts'

/** The parts of a request that input may travel in, as they were received. */
export type RawInput = {
  readonly path: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, unknown>>
  readonly body: unknown
}

/**
 * Puts an operation's input together from where its fields travel (see operation.ts in the contract) and parses it.
 * Every bad field is named at once; an unknown one, or one in the wrong place, is refused.
 */
export function readInput<O extends Operation>(operation: O, raw: RawInput): Outcome<ParsedInputOf<O>> {
  const misplaced = misplacedFields(operation, raw)
  const given = {
    ...(hasBody(operation) ? members(raw.body) : readQuery(operation, raw)),
    ...raw.path,
  }
  const parsed = z.safeParse<O['input']>(compiledSchema(operation.input), given)
  if (parsed.success && misplaced.length === 0) return done(parsed.data)
  const known = Object.keys(operation.input.shape)
  return refuseFields([...misplaced, ...(parsed.success ? [] : fieldErrors(parsed.error, known))])
}

const readQuery = ({ input }: Operation, { query }: RawInput): Record<string, unknown> =>
  Object.fromEntries(Object.entries(query).map(([name, text]) => [name, fromText(input.shape[name], text)]))

function misplacedFields(operation: Operation, { path, query, body }: RawInput): FieldError[] {
  const errors: FieldError[] = []
  if (hasBody(operation)) {
    for (const field of Object.keys(query))
      errors.push({ path: field, message: 'this request takes its fields from the body, not from the query' })
    if (body !== undefined && !isObject(body)) errors.push({ path: '', message: 'expected a JSON object' })
  } else if (isObject(body) ? Object.keys(body).length > 0 : body !== undefined) {
    errors.push({ path: '', message: 'this request takes its fields from the query, not from a body' })
  }
  const elsewhere = hasBody(operation) ? members(body) : query
  for (const field of pathParameters(operation.path))
    if (field in elsewhere && field in path)
      errors.push({ path: field, message: 'this field is part of the path' })
  return errors
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const members = (body: unknown): Record<string, unknown> => (isObject(body) ? body : {})
