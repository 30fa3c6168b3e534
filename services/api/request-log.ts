import { AsyncLocalStorage } from 'node:async_hooks'
import type { Logger } from 'pino'
import { subjectOf } from '../../lib/subject.ts'
import { traceIds } from '../../lib/trace.ts'
import type { ApiMetrics, RequestFacts } from './metrics.ts'

type To = { readonly log: Logger; readonly metrics: Pick<ApiMetrics, 'request'> }

/**
 * Counts requests and logs one line of each, with no header, query or body: none of them can leak a secret. Those that end in
 * one round of the event loop have their lines one after the other: between two requests a processor forgets how, and a line
 * takes it twice as long.
 */
export class RequestLog {
  readonly #to: To
  #noted: RequestFacts[] = []
  /** What logs does so outside of any work: it would be told of the request that came first. */
  readonly #outside = AsyncLocalStorage.snapshot()

  constructor(to: To) {
    this.#to = to
  }

  note(facts: RequestFacts): void {
    if (this.#noted.length === 0) process.nextTick(this.#later)
    this.#noted.push({ ...subjectOf(), ...traceIds(), ...facts, ms: Math.round(facts.ms * 1000) / 1000 })
  }

  readonly #later = (): void => this.#outside(this.#tell)

  readonly #tell = (): void => {
    const noted = this.#noted
    this.#noted = []
    const { log, metrics } = this.#to
    for (const line of noted) {
      metrics.request(line)
      if (line.status >= 500) log.error(line, 'request')
      else log.info(line, 'request')
    }
  }
}
