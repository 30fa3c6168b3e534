import type { FromDebug, ToDebug } from '../../contract/debug-message.ts'
import { problemDocument, problems } from '../../contract/problems.ts'
import { type Outcome, type Refusal, refuse } from '../outcome.ts'
import type { Outbox } from './outbox.ts'
import { readCall } from './read-call.ts'

/** How many calls of one connection may be in progress: asked, or answered and not taken. */
const mostCalls = 64

export type DebugCallsDependencies = {
  readonly outbox: Outbox
  /** Never rejects. */
  readonly answer: (call: ToDebug) => Promise<Outcome<unknown>>
  /** The token opens nothing here any more: told after the problem itself. */
  readonly refused: (refusal: Refusal) => void
}

/** The calls of one connection. Answers go out as they are ready. */
export class DebugCalls {
  readonly #deps: DebugCallsDependencies
  #inProgress = 0

  constructor(deps: DebugCallsDependencies) {
    this.#deps = deps
  }

  /** `frame`: undefined where it was no text. */
  async take(frame: string | undefined): Promise<void> {
    const { outbox, answer, refused } = this.#deps
    const read = readCall(frame)
    if (!read.ok) return void outbox.send('answer', problemFrame(read.id, read.refusal))
    const { id } = read.call
    if (this.#inProgress >= mostCalls)
      return void outbox.send('answer', problemFrame(id, refuse('too_many_calls', tooMany)))
    this.#inProgress++
    const outcome = await answer(read.call)
    const frameOf = outcome.ok ? resultFrame(id, outcome.value) : problemFrame(id, outcome)
    await outbox.send('answer', frameOf)
    this.#inProgress--
    if (!outcome.ok && problems[outcome.code].status === 401) refused(outcome)
  }
}

const tooMany = `${mostCalls} calls of this connection are in progress, as many as there may be: wait for an answer`

const resultFrame = (id: ToDebug['id'], result: unknown): string =>
  JSON.stringify({ type: 'result', id, result } satisfies FromDebug)

const problemFrame = (id: ToDebug['id'] | null, { code, detail, errors }: Refusal): string => {
  const problem = problemDocument(code, detail, errors)
  return JSON.stringify({ type: 'problem', id, problem } satisfies FromDebug)
}
