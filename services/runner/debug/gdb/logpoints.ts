import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { MarkedLines } from '../native/marked-lines.ts'
import type { HitCondition } from './hit-condition.ts'
import type { LogPart } from './log-message.ts'
import { type MiClient, MiRefusal } from './mi-client.ts'
import { consoleCommand } from './mi-words.ts'
import { pythonText } from './python-text.ts'

const program = readFileSync(join(import.meta.dirname, 'logpoints.py'), 'utf8')

const saidSchema = z.union([z.object({ placed: z.int() }), z.object({ number: z.int(), text: z.string() })])

export type Logpoint = {
  readonly path: string
  readonly line: number
  readonly condition: string | null
  readonly parts: readonly LogPart[]
} & HitCondition

/** Breakpoints that tell and never stop, by the Python that gdb has within. */
export class Logpoints {
  readonly #gdb: MiClient
  readonly #log: (number: number, text: string) => void
  readonly #lines = new MarkedLines(said => this.#told(said))
  #defined = false
  #placed: number | undefined

  /** `log` is called with what one of them tells. */
  constructor(gdb: MiClient, log: (number: number, text: string) => void) {
    this.#gdb = gdb
    this.#log = log
  }

  /** Its number among gdb's breakpoints. */
  async place(logpoint: Logpoint): Promise<number> {
    if (!this.#defined) await this.#python(`MARK = ${JSON.stringify(this.#lines.mark)}\n${program}`)
    this.#defined = true
    this.#placed = undefined
    await this.#python(`debug_server_logpoint(${pythonText(logpoint)})`)
    if (this.#placed === undefined) throw new MiRefusal('gdb has not set it')
    return this.#placed
  }

  /** What gdb says to people, wherever it is cut. */
  heard(text: string): void {
    this.#lines.heard(text)
  }

  #told(said: unknown): void {
    const { success, data } = saidSchema.safeParse(said)
    if (!success) return
    if ('placed' in data) this.#placed = data.placed
    else this.#log(data.number, data.text)
  }

  #python(text: string): Promise<void> {
    return this.#gdb.tell(consoleCommand(`python ${text}`))
  }
}
