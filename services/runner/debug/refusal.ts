import type { ProblemCode } from '../../contract/problems.ts'
import { cutText } from './cut-text.ts'

/** Thrown where a question about a debuggee is to be answered with a problem. What it says may be an adapter's words. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: ProblemCode

  constructor(code: ProblemCode, detail: string) {
    super(cutText(detail).value)
    this.code = code
  }
}
