import { join } from 'node:path'
import { z } from 'zod'
import { type TraceSet, traceAskedSchema } from '../above/trace-request.ts'
import { MarkedLines } from '../native/marked-lines.ts'
import { saidSchema } from './lldb-messages.ts'

const programs = [
  join(import.meta.dirname, '..', 'native', 'debug_server_calls.py'),
  join(import.meta.dirname, 'debug_server_trace.py'),
]
const notLoaded = 'no code of it is loaded: calls are told once a library that has it is'
const held = 'debug-server-held'

const recordsSchema = z.object({ records: z.array(z.unknown()), lost: z.int().optional() })
const answerSchema = z.union([recordsSchema, z.object({ unset: z.array(z.int()) })])
const toldSchema = z.union([z.object({ due: z.literal(true) }), z.object({ failed: z.string() })])
const outputSchema = z.object({ output: z.string() })

/** Calls of functions, told by the Python that lldb has within: commands of it, and what is heard of them. */
export class LldbCalls {
  readonly #tell: (name: string, body: unknown) => void
  readonly #due: (command: string) => void
  readonly #lines = new MarkedLines(said => this.#told(said))
  #isLoaded = false
  #hasFailed = false

  /** `due`: this command is to be asked for now, and its answer handed to `answered`. */
  constructor(tell: (name: string, body: unknown) => void, due: (command: string) => void) {
    this.#tell = tell
    this.#due = due
  }

  /** The commands of lldb for a request; the last one's answer is that of the request. */
  commands(parameters: object): string[] {
    const { functions } = traceAskedSchema.parse(parameters)
    if (functions === undefined) return [held]
    const loads = this.#isLoaded ? [] : programs.map(file => `command script import "${file}"`)
    this.#isLoaded = true
    const text = Buffer.from(JSON.stringify(functions)).toString('base64')
    return [...loads, `debug-server-trace ${this.#lines.mark}${text}`]
  }

  /** What is told of that answer. */
  answered(body: unknown): TraceSet {
    const answer = answerSchema.safeParse(jsonOf(saidSchema.safeParse(body).data?.result)).data
    if (answer !== undefined && 'unset' in answer)
      return { unset: answer.unset.map(id => ({ id, message: notLoaded })) }
    if (answer !== undefined && answer.records.length > 0) this.#tell('debugServerTraced', answer)
    return { unset: [] }
  }

  /** Whether an event `output` is of these. */
  heard(body: unknown): boolean {
    return this.#isLoaded && this.#lines.heard(outputSchema.safeParse(body).data?.output ?? '')
  }

  /** The program is over: the command that tells what is left, if there may be something. */
  get last(): string | undefined {
    return this.#isLoaded ? `${held} end` : undefined
  }

  #told(said: unknown): void {
    const { data } = toldSchema.safeParse(said)
    if (data === undefined) return
    if ('due' in data) this.#due(held)
    else if (!this.#hasFailed) {
      this.#hasFailed = true
      this.#tell('output', { category: 'important', output: `calls cannot be told: ${data.failed}\n` })
    }
  }
}

/** The answer stands behind the command itself. */
function jsonOf(said = ''): unknown {
  try {
    return JSON.parse(said.slice(said.indexOf('\n{') + 1))
  } catch {
    return undefined
  }
}
