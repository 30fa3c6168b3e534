import type { OperationName } from '../../contract/contract.ts'
import { exampleOutputs } from '../../contract/examples/outputs.ts'
import { type JsonSchema, outputSchema, schemaReference } from '../../contract/json-schemas.ts'
import type { Operation } from '../../contract/operation.ts'
import { problemsOf } from '../../contract/operation-problems.ts'
import { type ProblemCode, problems } from '../../contract/problems.ts'
import { tellsVersion } from '../../contract/versions.ts'
import { byteAnswers } from './byte-answers.ts'
import { eventAnswers } from './event-answers.ts'
import { type HeaderName, problemHeaders, withHeaders } from './headers.ts'
import { logAnswers } from './log-answers.ts'
import { problemExample } from './problem-examples.ts'

/** Every answer that an operation can give, by status. */
export function responsesOf(name: OperationName, operation: Operation): Record<string, JsonSchema> {
  return { ...successes(name, operation), ...failures(problemsOf(operation)) }
}

/** By status. */
export function failures(codes: readonly ProblemCode[]): Record<string, JsonSchema> {
  const byStatus = Map.groupBy(codes, code => problems[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, some]) => [status, withHeaders(failure(some), ...problemHeaders(status))]),
  )
}

function successes(name: OperationName, operation: Operation): Record<string, JsonSchema> {
  if (operation.answer === 'bytes') return byteAnswers()
  const schema = outputSchema(operation.output)
  const example = exampleOutputs[name]
  if (operation.answer === 'stream') return logAnswers(schema, example)
  if (operation.answer === 'events') return eventAnswers(schema, example)
  const headers: HeaderName[] = [
    ...(tellsVersion(name) ? ['ETag' as const] : []),
    ...(name.startsWith('auth.') ? ['Set-Cookie' as const] : []),
  ]
  const success = (description: string) =>
    withHeaders({ description, content: { 'application/json': { schema, example } } }, ...headers)
  return {
    [operation.status]: success(operation.summary),
    ...(operation.status === 201 ? { 200: success('it was there already: nothing was made') } : {}),
  }
}

function failure(codes: readonly ProblemCode[]): JsonSchema {
  const schema = {
    allOf: [schemaReference('Problem'), { properties: { code: { type: 'string', enum: codes } } }],
  }
  return {
    description: codes.map(code => `${code}: ${problems[code].title}`).join('; '),
    content: {
      'application/problem+json': {
        schema,
        examples: Object.fromEntries(codes.map(code => [code, problemExample(code)])),
      },
    },
  }
}
