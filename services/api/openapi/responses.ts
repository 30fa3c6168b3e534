import type { Operation } from '../../contract/operation.ts'
import { pathParameters } from '../../contract/operation.ts'
import { type ProblemCode, problems } from '../../contract/problems.ts'
import { byteAnswers } from './byte-answers.ts'
import { eventAnswers } from './event-answers.ts'
import { logAnswers } from './log-answers.ts'
import { type JsonSchema, outputSchema, schemaReference } from './schemas.ts'

/** Every answer that an operation can give, by status. */
export function responsesOf(operation: Operation): Record<string, JsonSchema> {
  return { ...successes(operation), ...failures(problemsOf(operation)) }
}

/** By status. */
export function failures(codes: readonly ProblemCode[]): Record<string, JsonSchema> {
  const byStatus = Map.groupBy(codes, code => problems[code].status)
  return Object.fromEntries([...byStatus].map(([status, some]) => [status, failure(some)]))
}

/** What can go wrong: what the operation declares, and what any operation of its kind meets. */
export function problemsOf(operation: Operation): ProblemCode[] {
  const codes = new Set<ProblemCode>(operation.errors).add('token_in_url')
  const hasInput = Object.keys(operation.input.shape).length > 0
  if (hasInput || pathParameters(operation.path).length > 0) codes.add('invalid_input')
  if (operation.access !== 'public') codes.add('unauthenticated').add('token_expired').add('store_busy')
  if (operation.access !== 'public' && operation.access !== 'token') codes.add('insufficient_scope')
  if (operation.method !== 'GET') codes.add('storage_full')
  if (operation.method === 'POST') codes.add('body_too_large').add('unsupported_media_type')
  return [...codes.add('internal')]
}

function successes(operation: Operation): Record<string, JsonSchema> {
  if (operation.answer === 'bytes') return byteAnswers()
  const schema = outputSchema(operation.output)
  if (operation.answer === 'stream') return logAnswers(schema)
  if (operation.answer === 'events') return eventAnswers(schema)
  return {
    [operation.status]: { description: operation.summary, content: { 'application/json': { schema } } },
  }
}

function failure(codes: readonly ProblemCode[]): JsonSchema {
  const schema = {
    allOf: [schemaReference('Problem'), { properties: { code: { type: 'string', enum: codes } } }],
  }
  return {
    description: codes.map(code => `${code}: ${problems[code].title}`).join('; '),
    content: { 'application/problem+json': { schema } },
  }
}
