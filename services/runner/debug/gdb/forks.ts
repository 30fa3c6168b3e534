import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { forkedSchema } from './mi-answers.ts'
import type { MiClient } from './mi-client.ts'
import type { MiTuple } from './mi-record.ts'
import { consoleCommand } from './mi-words.ts'

const program = readFileSync(join(import.meta.dirname, 'forks.py'), 'utf8')

/** A process that the program has forked. It waits, without breakpoints, and gdb has let go of it or is about to. */
export type Fork = {
  readonly pid: number
  readonly parent: number | null
  /** Has gdb start another one beside itself, behind the pipes of a directory. Rejects with a MiRefusal. */
  debug(room: string, words: readonly string[]): Promise<void>
  /** Lets it run on. */
  release(): Promise<void>
}

/** Tells of what one gdb's program forks, by the Python that gdb has within. Programs that are started by `vfork` run on. */
export class Forks {
  readonly #gdb: MiClient
  readonly #came: (fork: Fork) => void
  #times = 0

  constructor(gdb: MiClient, came: (fork: Fork) => void) {
    this.#gdb = gdb
    this.#came = came
    this.#python(program).catch(() => undefined)
  }

  /** gdb's notice of a breakpoint that has changed. `parent`: the program's process. */
  noticed(results: MiTuple, parent: number | undefined): void {
    const { data } = forkedSchema.safeParse(results)
    // What was forked last is told again with whatever else changes of the catchpoint.
    if (data === undefined || data.bkpt.times <= this.#times) return
    const { times, what: pid } = data.bkpt
    this.#times = times
    this.#came({
      pid,
      parent: parent ?? null,
      debug: (room, words) => this.#python(`debug_server_debug(*${JSON.stringify([room, ...words])})`),
      release: () => this.#python(`debug_server_release(${pid})`),
    })
  }

  /** What is said while gdb looks at a fork is heard when it has let go of the process. */
  #python(text: string): Promise<void> {
    return this.#gdb.tell(consoleCommand(`python ${text}`))
  }
}
