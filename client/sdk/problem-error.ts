import type { ProblemCode, ProblemDocument } from '../../services/contract/problems.ts'

/** The server understood the request and refused it. Carries the problem document that it answered with. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly problem: ProblemDocument

  constructor(problem: ProblemDocument) {
    super(problem.detail)
    this.problem = problem
  }

  get code(): ProblemCode {
    return this.problem.code
  }

  get status(): number {
    return this.problem.status
  }

  get detail(): string {
    return this.problem.detail
  }

  /** Each bad field of an invalid input; empty for any other problem. */
  get errors(): NonNullable<ProblemDocument['errors']> {
    return this.problem.errors ?? []
  }
}
