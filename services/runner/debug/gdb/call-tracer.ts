import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { TraceAsked, TraceSet } from '../above/trace-request.ts'
import { MarkedLines } from '../native/marked-lines.ts'
import type { MiClient } from './mi-client.ts'
import { consoleCommand } from './mi-words.ts'
import { pythonText } from './python-text.ts'

const programs = [
  join(import.meta.dirname, '..', 'native', 'debug_server_calls.py'),
  join(import.meta.dirname, 'calls.py'),
].map(file => readFileSync(file, 'utf8'))

const saidSchema = z.union([
  z.looseObject({ records: z.array(z.unknown()) }),
  z.object({ unset: z.array(z.int()) }),
  z.object({ failed: z.string() }),
])

const notLoaded = 'no code of it is loaded: calls are told once a library that has it is'

/** Calls of functions, told by the Python that gdb has within. */
export class CallTracer {
  readonly #gdb: MiClient
  readonly #event: (name: string, body: unknown) => void
  readonly #lines = new MarkedLines(said => this.#told(said))
  #defined = false
  #unset: readonly number[] = []
  #hasFailed = false

  constructor(gdb: MiClient, event: (name: string, body: unknown) => void) {
    this.#gdb = gdb
    this.#event = event
  }

  async trace({ functions }: TraceAsked): Promise<TraceSet> {
    if (functions === undefined) {
      if (this.#defined) await this.#python('DEBUG_SERVER_TRACE.tell()')
      return { unset: [] }
    }
    if (!this.#defined)
      await this.#python([`CALLS_MARK = ${JSON.stringify(this.#lines.mark)}`, ...programs].join('\n'))
    this.#defined = true
    this.#unset = []
    await this.#python(`debug_server_trace(${pythonText(functions)})`)
    return { unset: this.#unset.map(id => ({ id, message: notLoaded })) }
  }

  /** What evaluates may call what is traced, which is no call of the program's. */
  async quietly<Result>(work: () => Promise<Result>): Promise<Result> {
    if (!this.#defined) return work()
    this.#beQuiet(true)
    const done = work()
    this.#beQuiet(false)
    return await done
  }

  /** What gdb says to people, wherever it is cut. */
  heard(text: string): void {
    this.#lines.heard(text)
  }

  #beQuiet(isQuiet: boolean): void {
    const python = `DEBUG_SERVER_TRACE.is_quiet = ${isQuiet ? 'True' : 'False'}`
    this.#python(python).catch(() => undefined)
  }

  #told(said: unknown): void {
    const { data } = saidSchema.safeParse(said)
    if (data === undefined) return
    if ('records' in data) this.#event('debugServerTraced', data)
    else if ('unset' in data) this.#unset = data.unset
    else if (!this.#hasFailed) {
      this.#hasFailed = true
      const output = `calls cannot be told: ${data.failed}\n`
      this.#event('output', { category: 'important', output })
    }
  }

  #python(text: string): Promise<void> {
    return this.#gdb.tell(consoleCommand(`python ${text}`))
  }
}
