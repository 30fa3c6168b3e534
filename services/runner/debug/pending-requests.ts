import type { z } from 'zod'

/** How a request went. `late`: no answer within its time. `closed`: the adapter is gone, and why. */
export type DapOutcome<Body> =
  | { kind: 'done'; body: Body }
  | { kind: 'refused'; message: string }
  | { kind: 'late' }
  | { kind: 'closed'; why: string }

/** What is to be called of an answer, beside its being the request's outcome. */
export type Hearing = {
  /** With its body as it was said, before anything is left out of it, and before what is said next. */
  readonly heard?: (body: unknown) => void
  /** When the answer to a request that was given up comes, or can come no more. */
  readonly answeredLate?: (answer: Answer) => void
}

export type Answer = Exclude<DapOutcome<unknown>, { kind: 'late' }>

/** The requests that one adapter has not answered yet, each with its deadline, and whether it can answer any more. */
export class PendingRequests {
  readonly #pending = new Map<number, (answer: Answer) => void>()
  readonly #closing = Promise.withResolvers<string>()
  #why: string | undefined

  /** Why nothing more can be said to the adapter; undefined while it can. */
  get why(): string | undefined {
    return this.#why
  }

  /** Resolves with why, when nothing more can be said to it. */
  get closed(): Promise<string> {
    return this.#closing.promise
  }

  /** Waits for the answer to the request of this number. */
  begin<Schema extends z.ZodType>(
    number: number,
    { command, schema, deadlineMs }: { command: string; schema: Schema; deadlineMs: number },
    { heard, answeredLate }: Hearing = {},
  ): Promise<DapOutcome<z.output<Schema>>> {
    const { promise, resolve } = Promise.withResolvers<DapOutcome<z.output<Schema>>>()
    const settled = (settle: (answer: Answer) => void) =>
      this.#pending.set(number, answer => {
        this.#pending.delete(number)
        settle(answer)
      })
    const timer = setTimeout(() => {
      resolve({ kind: 'late' })
      if (answeredLate === undefined) this.#pending.delete(number)
      else settled(answeredLate)
    }, deadlineMs)
    settled(answer => {
      clearTimeout(timer)
      if (answer.kind === 'done') heard?.(answer.body)
      resolve(answer.kind === 'done' ? parsedOutcome(command, schema, answer.body) : answer)
    })
    return promise
  }

  /** Without such a request it is an answer that came late. */
  settle(number: number, answer: Answer): void {
    this.#pending.get(number)?.(answer)
  }

  /** Settles all of them, for nothing more is answered. The first reason stands. */
  close(why: string): void {
    if (this.#why !== undefined) return
    this.#why = why
    for (const settle of [...this.#pending.values()]) settle({ kind: 'closed', why })
    this.#closing.resolve(why)
  }
}

/** An answer as its schema has it; one that cannot be read is none. */
export function parsedOutcome<Schema extends z.ZodType>(
  command: string,
  schema: Schema,
  body: unknown,
): DapOutcome<z.output<Schema>> {
  const result = schema.safeParse(body)
  return result.success
    ? { kind: 'done', body: result.data }
    : { kind: 'refused', message: `its answer to ${command} cannot be read` }
}
