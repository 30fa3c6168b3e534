import type { Logger } from 'pino'
import { monotonicMs } from '../../../lib/monotonic.ts'

/** The longest text of what was given, answered or written at once, in characters. */
const longest = 10_000
/** What is told within a second, in characters: a server that floods fills no disk. */
const mostInSecond = 262_144

/** Tells the log of calls of tools, and of what servers write to their standard error, as long as the configuration wants that. */
export class CallLog {
  readonly #log: Logger
  readonly #isOn: () => boolean
  #second = Number.NEGATIVE_INFINITY
  #told = 0
  #leftOut = 0

  constructor(log: Logger, isOn: () => boolean) {
    this.#log = log
    this.#isOn = isOn
  }

  /** Does what a client has called, and tells of it: what was given, and what came of it. */
  async around<Answer>(tool: string, given: unknown, work: () => Promise<Answer>): Promise<Answer> {
    if (!this.#isOn()) return await work()
    const began = monotonicMs()
    const facts = { tool: tool.slice(0, 200), arguments: shown(given) }
    const tell = (more: Readonly<Record<string, string>>) =>
      this.#tell({ call: { ...facts, ...more, ms: Math.round(monotonicMs() - began) } }, 'a tool was called')
    try {
      const answer = await work()
      tell({ answer: shown(answer) })
      return answer
    } catch (error) {
      tell({ error: shown(error instanceof Error ? error.message : String(error)) })
      throw error
    }
  }

  /** A piece of the standard error of a server. */
  wrote(server: string, text: string): void {
    if (this.#isOn()) this.#tell({ wrote: { server, text: cut(text) } }, 'a server behind the gateway wrote')
  }

  #tell(fields: Readonly<Record<string, unknown>>, message: string): void {
    const second = Math.floor(monotonicMs() / 1_000)
    if (second !== this.#second) {
      if (this.#leftOut > 0)
        this.#log.warn({ left_out: this.#leftOut }, 'there was more of calls than is told')
      this.#second = second
      this.#told = 0
      this.#leftOut = 0
    }
    this.#told += JSON.stringify(fields).length
    if (this.#told > mostInSecond) this.#leftOut += 1
    else this.#log.info(fields, message)
  }
}

const shown = (value: unknown): string =>
  cut(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))

const cut = (text: string): string => (text.length > longest ? `${text.slice(0, longest)}…` : text)
