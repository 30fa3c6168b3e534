import type { Readable, Writable } from 'node:stream'
import type { z } from 'zod'
import { compiledSchema } from '../../../lib/compiled-schema.ts'
import { DapDecoder, encodeDap } from '../../../lib/dap-framing.ts'
import { dapMessageSchema, errorBodySchema } from './dap-messages.ts'
import { nestsDeeply } from './nests-deeply.ts'
import { type DapOutcome, type Hearing, PendingRequests } from './pending-requests.ts'

const refusal = 'not supported'
/** Called for a request of the adapter, with what it is told. */
export type AskedHandler = (command: string, parameters: unknown, refusal: string) => void

/** What an adapter may leave unread, in bytes. */
const mostUnread = 16 * 1_024 * 1_024

/**
 * Speaks the Debug Adapter Protocol with one adapter. Every request has a deadline; when the adapter goes away, or says
 * what is no message, every request is settled and none is sent any more. Requests of the adapter are refused.
 */
export class DapClient {
  readonly #output: Writable
  readonly #event: (name: string, body: unknown) => void
  readonly #asked: AskedHandler | undefined
  readonly #pending = new PendingRequests()
  readonly #decoder = new DapDecoder()
  #seq = 0

  /** `event` is called for each event of the adapter, in order; `ended` tells how it has, once nothing more comes of it. */
  constructor(
    input: Readable,
    output: Writable,
    event: (name: string, body: unknown) => void,
    { asked, ended }: { asked?: AskedHandler | undefined; ended?: () => Promise<string> } = {},
  ) {
    this.#output = output
    this.#event = event
    this.#asked = asked
    output.on('error', error => this.close(`it could not be written to: ${error.message}`))
    input.on('error', error => this.close(`it could not be read: ${error.message}`))
    input.on('end', () => {
      if (ended === undefined) this.close('it has ended')
      else void ended().then(how => this.close(how))
    })
    input.on('data', (piece: Buffer) => this.#read(piece))
  }

  /** Resolves with why, when nothing more can be said to it. */
  get closed(): Promise<string> {
    return this.#pending.closed
  }

  request<Schema extends z.ZodType>(
    command: string,
    parameters: object,
    schema: Schema,
    deadlineMs: number,
    hearing?: Hearing,
  ): Promise<DapOutcome<z.output<Schema>>> {
    const { why } = this.#pending
    if (why !== undefined) return Promise.resolve({ kind: 'closed', why })
    const outcome = this.#pending.begin(this.#seq + 1, { command, schema, deadlineMs }, hearing)
    this.#send({ type: 'request', command, arguments: parameters })
    return outcome
  }

  close(why: string): void {
    this.#pending.close(why)
  }

  #send(message: object): void {
    this.#output.write(encodeDap({ seq: ++this.#seq, ...message }))
    if (this.#output.writableLength > mostUnread) this.close('it does not read what it is told')
  }

  #read(piece: Buffer): void {
    if (this.#pending.why !== undefined) return
    try {
      for (const text of this.#decoder.push(piece)) this.#take(text)
    } catch (error) {
      this.close(`it said what is no DAP message: ${error instanceof Error ? error.message : error}`)
    }
  }

  #take(text: string): void {
    const read = compiledSchema(dapMessageSchema).safeParse(JSON.parse(text))
    if (!read.success || nestsDeeply(text)) throw new Error(text.slice(0, 100))
    const message = read.data
    switch (message.type) {
      case 'response': {
        const { request_seq, success, body } = message
        this.#pending.settle(
          request_seq,
          success ? { kind: 'done', body } : { kind: 'refused', message: refusalOf(message) },
        )
        return
      }
      case 'event':
        this.#event(message.event, message.body)
        return
      case 'request': {
        const { seq: request_seq, command } = message
        this.#asked?.(command, message.arguments, refusal)
        this.#send({ type: 'response', request_seq, command, success: false, message: refusal })
        return
      }
    }
  }
}

function refusalOf({ message, body }: { message?: string | undefined; body?: unknown }): string {
  const said = errorBodySchema.safeParse(body)
  return (said.success ? said.data.error.format : message) ?? 'it gave no reason'
}
