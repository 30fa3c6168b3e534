import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { HitCondition } from './hit-condition.ts'
import type { LogPart } from './log-message.ts'
import { type MiClient, MiRefusal } from './mi-client.ts'
import { consoleCommand } from './mi-words.ts'

const program = readFileSync(join(import.meta.dirname, 'logpoints.py'), 'utf8')

const saidSchema = z.union([z.object({ placed: z.int() }), z.object({ number: z.int(), text: z.string() })])

export type Logpoint = {
  readonly path: string
  readonly line: number
  readonly condition: string | null
  readonly parts: readonly LogPart[]
} & HitCondition

/** The longest line that a logpoint tells, in characters; what is longer is passed over. */
const longest = 1_024 * 1_024

/** Breakpoints that tell and never stop, by the Python that gdb has within. */
export class Logpoints {
  readonly #gdb: MiClient
  readonly #log: (number: number, text: string) => void
  /** Nobody but gdb and us knows it, the program least of all. */
  readonly #mark = `debug-server-${randomBytes(16).toString('hex')} `
  #defined = false
  #rest = ''
  #placed: number | undefined

  /** `log` is called with what one of them tells. */
  constructor(gdb: MiClient, log: (number: number, text: string) => void) {
    this.#gdb = gdb
    this.#log = log
  }

  /** Its number among gdb's breakpoints. */
  async place(logpoint: Logpoint): Promise<number> {
    if (!this.#defined) await this.#python(`MARK = ${JSON.stringify(this.#mark)}\n${program}`)
    this.#defined = true
    this.#placed = undefined
    await this.#python(`debug_server_logpoint(${JSON.stringify(ascii(JSON.stringify(logpoint)))})`)
    if (this.#placed === undefined) throw new MiRefusal('gdb has not set it')
    return this.#placed
  }

  /** What gdb says to people, wherever it is cut. */
  heard(text: string): void {
    this.#rest += text
    for (;;) {
      const start = this.#rest.indexOf(this.#mark)
      const from = start + this.#mark.length
      const end = start < 0 ? -1 : this.#rest.indexOf('\n', from)
      if (end < 0) {
        // A mark may have begun in the last few characters.
        if (start < 0) this.#rest = this.#rest.slice(-this.#mark.length)
        if (this.#rest.length > longest) this.#rest = ''
        return
      }
      this.#told(this.#rest.slice(from, end))
      this.#rest = this.#rest.slice(end + 1)
    }
  }

  #told(json: string): void {
    const said = saidSchema.safeParse(parsed(json))
    if (!said.success) return
    if ('placed' in said.data) this.#placed = said.data.placed
    else this.#log(said.data.number, said.data.text)
  }

  #python(text: string): Promise<void> {
    return this.#gdb.tell(consoleCommand(`python ${text}`))
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/** As JSON has it too, so that no character depends on what gdb takes for the host's encoding. */
const ascii = (json: string): string =>
  json.replace(/[^\x20-\x7e]/g, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
