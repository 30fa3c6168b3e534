import type { ServerResponse } from 'node:http'
import type { Caller } from './access.ts'
import type { Context } from './context.ts'
import { goneController } from './gone.ts'
import type { Call, JsonName } from './handlers/handler.ts'
import { whileAdmitted } from './live/while-admitted.ts'
import type { Refusal } from './outcome.ts'

type Conditions = Pick<Call, 'idempotencyKey' | 'ifMatch'>
type From = {
  readonly context: Pick<Context, 'live' | 'clock'>
  readonly name: JsonName
  readonly caller: Caller
  readonly response: ServerResponse
}

/**
 * A call that is answered with JSON. While its handler waits, who asks may go away, and what they came with may be revoked:
 * both are watched from when the handler asks for `gone`, for most wait for nothing. A getter of an object of its own would be a
 * hidden class of its own, which holds its request until the whole heap is collected.
 */
export class JsonCall implements Call, Disposable {
  readonly caller: Caller
  readonly idempotencyKey: Conditions['idempotencyKey']
  readonly ifMatch: Conditions['ifMatch']
  readonly #from: From
  #gone: AbortController | undefined
  #watch: Disposable | undefined
  #lost: Refusal | undefined

  constructor(from: From, { idempotencyKey, ifMatch }: Conditions) {
    this.caller = from.caller
    this.idempotencyKey = idempotencyKey
    this.ifMatch = ifMatch
    this.#from = from
  }

  get gone(): AbortSignal {
    this.#gone ??= this.#watched()
    return this.#gone.signal
  }

  /** Why they are to be told nothing any more. */
  get lost(): Refusal | undefined {
    return this.#lost
  }

  #watched(): AbortController {
    const { context, name, caller, response } = this.#from
    const gone = goneController(response)
    this.#watch = whileAdmitted(context, name, caller, refusal => {
      this.#lost = refusal
      gone.abort()
    })
    return gone
  }

  [Symbol.dispose](): void {
    this.#watch?.[Symbol.dispose]()
  }
}
