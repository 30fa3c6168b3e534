import type { ProblemCode } from '../../contract/problems.ts'

/** Thrown where a question about a debuggee is to be answered with a problem. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: ProblemCode

  constructor(code: ProblemCode, detail: string) {
    super(detail)
    this.code = code
  }
}
