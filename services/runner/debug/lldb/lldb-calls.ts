import { join } from 'node:path'
import { z } from 'zod'
import { type TraceSet, traceAskedSchema } from '../above/trace-request.ts'
import { MarkedLines } from '../native/marked-lines.ts'
import { Observed } from '../observed.ts'
import { saidSchema } from './lldb-messages.ts'

const programs = [
  join(import.meta.dirname, '..', 'native', 'debug_server_calls.py'),
  join(import.meta.dirname, 'debug_server_trace.py'),
]
const notLoaded = 'no code of it is loaded: calls are told once a library that has it is'
const told = 'debug-server-told'
/** How long what lldb has printed may take to come, in milliseconds. */
const comesMs = 2_000

const unsetSchema = z.object({ unset: z.array(z.int()) })
const countSchema = z.object({ told: z.int() })
const saidLineSchema = z.union([
  z.object({ records: z.array(z.unknown()), lost: z.int() }),
  z.object({ failed: z.string() }),
])
const outputSchema = z.object({ output: z.string() })

/** Asks lldb for what a command of its own answers; rejects where that takes too long. */
type Ask = (command: string) => Promise<string>

/** Calls of functions, told by the Python that lldb has within: commands of it, and what it prints. */
export class LldbCalls {
  readonly #ask: Ask
  readonly #tell: (name: string, body: unknown) => void
  readonly #lines = new MarkedLines(said => this.#said(said))
  /** How many lines have come. */
  readonly #count = new Observed(0)
  #isLoaded = false
  #hasFailed = false

  constructor(ask: Ask, tell: (name: string, body: unknown) => void) {
    this.#ask = ask
    this.#tell = tell
  }

  /** Whether any were asked for. */
  get any(): boolean {
    return this.#isLoaded
  }

  /** Commands of lldb for a request, of which the last one answers it; undefined where it asks for what is held back alone. */
  commands(parameters: object): string[] | undefined {
    const { functions } = traceAskedSchema.parse(parameters)
    if (functions === undefined) return undefined
    const loads = this.#isLoaded ? [] : programs.map(file => `command script import "${file}"`)
    this.#isLoaded = true
    const text = Buffer.from(JSON.stringify(functions)).toString('base64')
    return [...loads, `debug-server-trace ${this.#lines.mark}${text}`]
  }

  /** What is told of the answer of the last command. */
  answered(body: unknown): TraceSet {
    const { data } = unsetSchema.safeParse(jsonOf(saidSchema.safeParse(body).data?.result))
    return { unset: (data?.unset ?? []).map(id => ({ id, message: notLoaded })) }
  }

  /** Whether an event `output` is of these. */
  heard(body: unknown): boolean {
    return this.#isLoaded && this.#lines.heard(outputSchema.safeParse(body).data?.output ?? '')
  }

  /** Waits until all has come that was told before. The program stands, or is over (`end`). Never rejects. */
  async settle(end = false): Promise<void> {
    if (!this.#isLoaded) return
    const said = await this.#ask(end ? `${told} end` : told).catch(() => '')
    const { data } = countSchema.safeParse(jsonOf(said))
    if (data !== undefined) await this.#count.until(count => count >= data.told, comesMs)
  }

  #said(said: unknown): void {
    const { data } = saidLineSchema.safeParse(said)
    if (data === undefined) return
    if ('records' in data) {
      this.#tell('debugServerTraced', data)
      this.#count.set(this.#count.value + 1)
    } else if (!this.#hasFailed) {
      this.#hasFailed = true
      this.#tell('output', { category: 'important', output: `calls cannot be told: ${data.failed}\n` })
    }
  }
}

/** The answer may stand behind the command itself. */
function jsonOf(said = ''): unknown {
  try {
    return JSON.parse(said.slice(said.indexOf('{"')))
  } catch {
    return undefined
  }
}
