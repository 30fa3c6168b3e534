import { type LoggingLevel, LoggingLevelSchema } from '@modelcontextprotocol/sdk/types.js'
import { nestsDeeper } from '../../../lib/nesting.ts'
import type { LogMessage } from './upstream/askers.ts'

/** So many a second: what a client does not read is held for it. */
const mostEach = { count: 100, ms: 1_000 }
/** The longest one, in characters of JSON. */
const longest = 10_000
const deepest = 16

/** The higher, the worse. */
export const severity = (level: LoggingLevel): number => LoggingLevelSchema.options.indexOf(level)

/** What servers log while one client waits for them, as far as it wants to be told; no faster than anybody reads. */
export class LogMessages {
  readonly #now: () => number
  #level: LoggingLevel | undefined
  #began = Number.NEGATIVE_INFINITY
  #count = 0
  #leftOut = 0

  constructor(now: () => number) {
    this.#now = now
  }

  /** What the client wants to be told at least; undefined where it has not said so. */
  get level(): LoggingLevel | undefined {
    return this.#level
  }

  set level(level: LoggingLevel) {
    this.#level = level
  }

  /** What the client is told of this: nothing, or the message under the name of its server, behind how many before it were left out. */
  told(server: string, { level, logger, data }: LogMessage): LogMessage[] {
    if (severity(level) < severity(this.#level ?? 'info')) return []
    const now = this.#now()
    if (now - this.#began >= mostEach.ms) [this.#began, this.#count] = [now, 0]
    this.#count += 1
    if (this.#count > mostEach.count) {
      this.#leftOut += 1
      return []
    }
    const missing = this.#leftOut
    this.#leftOut = 0
    const name = logger === undefined ? server : `${server}/${logger.slice(0, 200)}`
    return [
      ...(missing === 0
        ? []
        : [{ level: 'warning' as const, logger: server, data: `${missing} messages were left out` }]),
      { level, logger: name, data: short(data) },
    ]
  }
}

function short(data: unknown): unknown {
  if (nestsDeeper(data, deepest)) return 'what nests without end'
  const text = JSON.stringify(data) ?? 'null'
  return text.length > longest ? `${text.slice(0, longest)}…` : data
}
