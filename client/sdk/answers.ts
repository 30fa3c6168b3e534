import type { z } from 'zod'
import { problemSchema } from '../../services/contract/problems.ts'
import { ConnectionError } from './connection-error.ts'
import { ProblemError } from './problem-error.ts'

/** A value of the contract from the text of an answer. Throws a ConnectionError where it is something else. */
export function parseAnswer<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
  baseUrl: string,
): z.output<Schema> {
  const result = schema.safeParse(parseJson(text))
  if (result.success) return result.data
  const where = result.error.issues.map(issue => issue.path.join('.') || 'the whole').join(', ')
  throw unexpected(baseUrl, `what came does not follow the contract (${where})`, result.error)
}

/** The error that an unsuccessful answer stands for. */
export function parseProblem(status: number, text: string, baseUrl: string): ProblemError | ConnectionError {
  const problem = problemSchema.safeParse(parseJson(text))
  if (problem.success) return new ProblemError(problem.data)
  return unexpected(baseUrl, `status ${status} came without a problem document`, problem.error)
}

const unexpected = (baseUrl: string, reason: string, cause: unknown): ConnectionError =>
  new ConnectionError(
    'unexpected_answer',
    baseUrl,
    reason,
    'check that the address is that of a Debug Server, and that client and server are of one version',
    cause,
  )

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
