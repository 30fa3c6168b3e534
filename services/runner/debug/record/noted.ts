import type { z } from 'zod'
import type { Adapter, DapPeer, OpenAdapter } from '../adapter.ts'
import { actor } from '../control/acting.ts'
import { cutText } from '../cut-text.ts'
import type { Answer, DapOutcome, Hearing } from '../pending-requests.ts'
import type { Recorder } from './debug-record.ts'

/** Of what an adapter asks for, in characters. */
const longestName = 200
/** Answers that are waited for after their time; those to further requests are not noted. */
const mostLate = 1_000

/** The same adapter, each of whose messages is noted. */
export const noted =
  (open: OpenAdapter, record: Recorder): OpenAdapter =>
  opening => {
    const adapter = open({
      ...opening,
      event: (event, body) => {
        record.note('adapter', null, { type: 'event', event, body })
        opening.event(event, body)
      },
      asked: (asked, parameters, message) => {
        const command = cutText(asked, longestName).value
        const request_seq = record.note('adapter', null, { type: 'request', command, arguments: parameters })
        const of = { request_seq, command, success: false, message } as const
        record.note('server', null, { type: 'response', ...of })
        opening.asked?.(asked, parameters, message)
      },
    })
    return new NotedAdapter(adapter, record)
  }

class NotedAdapter implements Adapter {
  readonly client: DapPeer
  readonly #adapter: Adapter

  constructor(adapter: Adapter, record: Recorder) {
    this.#adapter = adapter
    this.client = new NotedPeer(adapter.client, record)
  }

  get stderr(): string {
    return this.#adapter.stderr
  }

  get lost(): Adapter['lost'] {
    return this.#adapter.lost
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve(this.#adapter[Symbol.asyncDispose]())
  }
}

class NotedPeer implements DapPeer {
  readonly #peer: DapPeer
  readonly #record: Recorder
  #late = 0

  constructor(peer: DapPeer, record: Recorder) {
    this.#peer = peer
    this.#record = record
  }

  get closed(): Promise<string> {
    return this.#peer.closed
  }

  close(why: string): void {
    this.#peer.close(why)
  }

  async request<Schema extends z.ZodType>(
    command: string,
    parameters: object,
    schema: Schema,
    deadlineMs: number,
    hearing: Hearing = {},
  ): Promise<DapOutcome<z.output<Schema>>> {
    const message = { type: 'request', command, arguments: parameters } as const
    const request_seq = this.#record.note('server', actor() ?? null, message)
    const of = { request_seq, command } as const
    let isNoted = false
    const outcome = await this.#peer.request(command, parameters, schema, deadlineMs, {
      ...hearing,
      heard: body => {
        isNoted = true
        this.#record.note('adapter', null, { type: 'response', ...of, success: true, body })
        hearing.heard?.(body)
      },
      ...(this.#late < mostLate || hearing.answeredLate !== undefined
        ? { answeredLate: answer => this.#answeredLate(of, answer, hearing) }
        : {}),
    })
    if (outcome.kind === 'late') this.#late++
    switch (outcome.kind) {
      case 'done':
        return outcome
      case 'refused':
        // What cannot be read was answered all the same.
        if (!isNoted)
          this.#record.note('adapter', null, {
            ...{ type: 'response', ...of, success: false, message: outcome.message },
          })
        return outcome
      case 'late':
      case 'closed': {
        const why =
          outcome.kind === 'closed'
            ? `the debug adapter: ${outcome.why}`
            : `no answer within ${deadlineMs / 1_000} s`
        this.#record.note('session', null, { type: 'unanswered', ...of, why })
        return outcome
      }
    }
  }

  /** It has been noted as unanswered before. */
  #answeredLate(of: { request_seq: number; command: string }, answer: Answer, hearing: Hearing): void {
    this.#late--
    if (answer.kind !== 'closed') {
      const { kind, ...said } = answer
      this.#record.note('adapter', null, { type: 'response', ...of, success: kind === 'done', ...said })
    }
    hearing.answeredLate?.(answer)
  }
}
