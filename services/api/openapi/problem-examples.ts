import type { JsonSchema } from '../../contract/json-schemas.ts'
import { type ProblemCode, problemCodes, problemDocument, problems } from '../../contract/problems.ts'

/** Every problem once, for all the operations that can meet it. */
export const problemExamples = (): Record<string, JsonSchema> =>
  Object.fromEntries(
    problemCodes.map(code => [
      code,
      { summary: problems[code].title, value: problemDocument(code, detailOf(code), fieldErrorsOf(code)) },
    ]),
  )

export const problemExample = (code: ProblemCode): JsonSchema => ({ $ref: `#/components/examples/${code}` })

/** What stands there in earnest names the culprit and what to do. */
const detailOf = (code: ProblemCode): string =>
  code === 'invalid_input' ? 'wait: expected 0 to 60 seconds' : problems[code].title

const fieldErrorsOf = (code: ProblemCode) =>
  code === 'invalid_input' ? [{ path: 'wait', message: 'expected 0 to 60 seconds' }] : undefined
