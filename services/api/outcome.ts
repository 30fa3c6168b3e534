import type { ProblemCode } from '../contract/problems.ts'

/** One bad field: where it stands in the input, its parts joined by dots, and what was expected there. */
export type FieldError = { path: string; message: string }

/** An expected outcome that is no success; it becomes a problem document in `problem-reply.ts` and nowhere else. */
export type Refusal = {
  readonly ok: false
  readonly code: ProblemCode
  readonly detail: string
  readonly errors?: FieldError[]
  readonly headers?: Record<string, string>
}

/** What a handler returns. `status` is given where it differs from the one that the contract declares. */
export type Outcome<T> =
  | {
      readonly ok: true
      readonly value: T
      readonly status?: 200
      readonly headers?: Record<string, string | string[]>
    }
  | Refusal

export const done = <T>(value: T): Outcome<T> => ({ ok: true, value })

export const refuse = (
  code: ProblemCode,
  detail: string,
  more: Pick<Refusal, 'errors' | 'headers'> = {},
): Refusal => ({ ok: false, code, detail, ...more })

/** The refusal of an input with these bad fields. */
export function refuseFields(errors: FieldError[]): Refusal {
  const named = errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
  return refuse('invalid_input', named.join('; '), { errors })
}
