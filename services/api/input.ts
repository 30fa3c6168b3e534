import { z } from 'zod'
import { didYouMean } from '../../lib/suggest.ts'
import { fromText } from '../contract/from-text.ts'
import { type Operation, type ParsedInputOf, pathParameters } from '../contract/operation.ts'
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
    ...(operation.method === 'POST' ? members(raw.body) : readQuery(operation, raw)),
    ...raw.path,
  }
  const schema: O['input'] = operation.input
  const parsed = z.safeParse(schema, given)
  if (parsed.success && misplaced.length === 0) return done(parsed.data)
  const issues = parsed.success ? [] : flatten(parsed.error.issues)
  return refuseFields([...misplaced, ...issues.flatMap(issue => toFieldErrors(operation, issue))])
}

const readQuery = ({ input }: Operation, { query }: RawInput): Record<string, unknown> =>
  Object.fromEntries(Object.entries(query).map(([name, text]) => [name, fromText(input.shape[name], text)]))

function misplacedFields(operation: Operation, { path, query, body }: RawInput): FieldError[] {
  const errors: FieldError[] = []
  if (operation.method === 'POST') {
    for (const field of Object.keys(query))
      errors.push({ path: field, message: 'this request takes its fields from the body, not from the query' })
    if (body !== undefined && !isObject(body)) errors.push({ path: '', message: 'expected a JSON object' })
  } else if (isObject(body) ? Object.keys(body).length > 0 : body !== undefined) {
    errors.push({ path: '', message: 'this request takes its fields from the query, not from a body' })
  }
  const elsewhere = operation.method === 'POST' ? members(body) : query
  for (const field of pathParameters(operation.path))
    if (field in elsewhere && field in path)
      errors.push({ path: field, message: 'this field is part of the path' })
  return errors
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const members = (body: unknown): Record<string, unknown> => (isObject(body) ? body : {})

type Issue = z.core.$ZodIssue

/** Replaces the failure of a union by that of the branch that was meant, where one can be told. */
function flatten(issues: readonly Issue[], prefix: PropertyKey[] = []): Issue[] {
  return issues.flatMap(issue => {
    const path = [...prefix, ...issue.path]
    if (issue.code !== 'invalid_union') return [{ ...issue, path }]
    const meant = issue.errors.find(branch => !branch.some(isTypeMismatch))
    if (meant !== undefined) return flatten(meant, path)
    const expected = issue.errors.flatMap(branch =>
      branch.filter(isTypeMismatch).map(one => ('expected' in one ? `${one.expected}` : '')),
    )
    return [{ ...issue, path, message: `expected ${[...new Set(expected)].join(' or ')}` }]
  })
}

const isTypeMismatch = (issue: Issue): boolean => issue.code === 'invalid_type' && issue.path.length === 0

function toFieldErrors(operation: Operation, issue: Issue): FieldError[] {
  const path = issue.path.map(String)
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map(key => {
        const suggestion = path.length > 0 ? undefined : didYouMean(key, Object.keys(operation.input.shape))
        return {
          path: [...path, key].join('.'),
          message: suggestion === undefined ? 'unknown field' : `unknown field; ${suggestion}`,
        }
      })
    case 'invalid_key':
      return [{ path: path.join('.'), message: issue.issues[0]?.message ?? issue.message }]
    default:
      return [{ path: path.join('.'), message: plain(issue.message) }]
  }
}

function plain(message: string): string {
  if (message.endsWith('received undefined')) return 'is required'
  return message.replace(/^(?:Invalid|Too \w+)[^:]*: /, '')
}
