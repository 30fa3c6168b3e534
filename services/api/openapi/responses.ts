import type { OperationName } from '../../contract/contract.ts'
import { type JsonSchema, outputSchema, schemaReference } from '../../contract/json-schemas.ts'
import type { Operation } from '../../contract/operation.ts'
import { problemsOf } from '../../contract/operation-problems.ts'
import { type ProblemCode, problems } from '../../contract/problems.ts'
import { tellsVersion } from '../../contract/versions.ts'
import { byteAnswers } from './byte-answers.ts'
import { etag } from './condition-headers.ts'
import { eventAnswers } from './event-answers.ts'
import { logAnswers } from './log-answers.ts'

/** Every answer that an operation can give, by status. */
export function responsesOf(name: OperationName, operation: Operation): Record<string, JsonSchema> {
  return { ...successes(name, operation), ...failures(problemsOf(operation)) }
}

/** By status. */
export function failures(codes: readonly ProblemCode[]): Record<string, JsonSchema> {
  const byStatus = Map.groupBy(codes, code => problems[code].status)
  return Object.fromEntries([...byStatus].map(([status, some]) => [status, failure(some)]))
}

function successes(name: OperationName, operation: Operation): Record<string, JsonSchema> {
  if (operation.answer === 'bytes') return byteAnswers()
  const schema = outputSchema(operation.output)
  if (operation.answer === 'stream') return logAnswers(schema)
  if (operation.answer === 'events') return eventAnswers(schema)
  return {
    [operation.status]: {
      description: operation.summary,
      ...(tellsVersion(name) ? { headers: etag } : {}),
      content: { 'application/json': { schema } },
    },
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
