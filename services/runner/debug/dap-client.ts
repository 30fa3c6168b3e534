import type { Readable, Writable } from 'node:stream'
import type { z } from 'zod'
import { DapDecoder, encodeDap } from '../../../lib/dap-framing.ts'
import { dapMessageSchema, errorBodySchema } from './dap-messages.ts'

/** How a request went. `late`: no answer within its time. `closed`: the adapter is gone, and why. */
export type DapOutcome<Body> =
  | { kind: 'done'; body: Body }
  | { kind: 'refused'; message: string }
  | { kind: 'late' }
  | { kind: 'closed'; why: string }

type Settle = (outcome: DapOutcome<unknown>) => void

/**
 * Speaks the Debug Adapter Protocol with one adapter. Every request has a deadline; when the adapter goes away, or says
 * what is no message, every request is settled and none is sent any more. Requests of the adapter are refused.
 */
export class DapClient {
  readonly #output: Writable
  readonly #event: (name: string, body: unknown) => void
  readonly #pending = new Map<number, Settle>()
  readonly #decoder = new DapDecoder()
  readonly #closing = Promise.withResolvers<string>()
  #seq = 0
  #why: string | undefined

  /** `event` is called for each event of the adapter, in order. */
  constructor(input: Readable, output: Writable, event: (name: string, body: unknown) => void) {
    this.#output = output
    this.#event = event
    output.on('error', error => this.close(`it could not be written to: ${error.message}`))
    input.on('error', error => this.close(`it could not be read: ${error.message}`))
    input.on('end', () => this.close('it has ended'))
    input.on('data', (piece: Buffer) => this.#read(piece))
  }

  /** Resolves with why, when nothing more can be said to it. */
  get closed(): Promise<string> {
    return this.#closing.promise
  }

  /** `answeredLate` is called when the answer to a request that was given up comes, or can come no more. */
  request<Schema extends z.ZodType>(
    command: string,
    parameters: object,
    schema: Schema,
    deadlineMs: number,
    answeredLate?: () => void,
  ): Promise<DapOutcome<z.output<Schema>>> {
    if (this.#why !== undefined) return Promise.resolve({ kind: 'closed', why: this.#why })
    const { promise, resolve } = Promise.withResolvers<DapOutcome<z.output<Schema>>>()
    const seq = this.#send({ type: 'request', command, arguments: parameters })
    const timer = setTimeout(() => {
      settle({ kind: 'late' })
      if (answeredLate === undefined) return
      this.#pending.set(seq, () => {
        this.#pending.delete(seq)
        answeredLate()
      })
    }, deadlineMs)
    const settle = (outcome: DapOutcome<unknown>) => {
      clearTimeout(timer)
      this.#pending.delete(seq)
      resolve(outcome.kind === 'done' ? parsedOutcome(command, schema, outcome.body) : outcome)
    }
    this.#pending.set(seq, settle)
    return promise
  }

  close(why: string): void {
    if (this.#why !== undefined) return
    this.#why = why
    for (const settle of [...this.#pending.values()]) settle({ kind: 'closed', why })
    this.#closing.resolve(why)
  }

  #send(message: object): number {
    const seq = ++this.#seq
    this.#output.write(encodeDap({ seq, ...message }))
    return seq
  }

  #read(piece: Buffer): void {
    if (this.#why !== undefined) return
    try {
      for (const text of this.#decoder.push(piece)) this.#take(text)
    } catch (error) {
      this.close(`it said what is no DAP message: ${error instanceof Error ? error.message : error}`)
    }
  }

  #take(text: string): void {
    const read = dapMessageSchema.safeParse(JSON.parse(text))
    if (!read.success) throw new Error(text.slice(0, 100))
    const message = read.data
    switch (message.type) {
      case 'response': {
        const { request_seq, success, body } = message
        // Without one it is an answer that came late.
        this.#pending.get(request_seq)?.(
          success ? { kind: 'done', body } : { kind: 'refused', message: refusalOf(message) },
        )
        return
      }
      case 'event':
        this.#event(message.event, message.body)
        return
      case 'request':
        this.#send({
          type: 'response',
          request_seq: message.seq,
          command: message.command,
          success: false,
          message: 'not supported',
        })
        return
    }
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

function refusalOf({ message, body }: { message?: string | undefined; body?: unknown }): string {
  const said = errorBodySchema.safeParse(body)
  return (said.success ? said.data.error.format : message) ?? 'it gave no reason'
}
