import { createServer, type Server, type Socket } from 'node:net'
import { z } from 'zod'
import { socketLines } from '../../../../lib/socket-lines.ts'

const longestLine = 64 * 1_024
/** How long an answer may take, in milliseconds. */
const answerMs = 20_000

const pidSchema = z.int().min(1)
const saidSchema = z.union([
  z.object({ came: pidSchema, parent: pidSchema.nullable(), program: z.string() }),
  z.object({ passed: pidSchema, program: z.string(), why: z.string() }),
  z.object({ debugs: pidSchema, why: z.string().nullable() }),
  z.object({ woken: pidSchema }),
  z.object({ gone: pidSchema, code: z.int().min(0) }),
])

/** A process of the program's that waits. `parent`: the one above it that is debugged, too. */
export type WaitingProcess = {
  readonly pid: number
  readonly parent: number | null
  readonly program: string
}

export type WatchHandlers = {
  readonly came: (process: WaitingProcess) => void
  /** A process runs without a debugger, and why; of each reason the first. */
  readonly passed: (process: Omit<WaitingProcess, 'parent'>, why: string) => void
}

type Told = z.output<typeof saidSchema>
type Answer = { settle(why: string | null): void }

/**
 * Our side of watch_processes.py, which comes to a socket: once, for the program that it watches could come there, too. Where
 * it has gone, nothing waits any more.
 */
export class ProcessWatch implements Disposable {
  readonly #server: Server
  readonly #handlers: WatchHandlers
  readonly #answers = new Map<string, Answer>()
  readonly #ends = new Map<number, (code: number) => void>()
  #link: Socket | undefined

  constructor(path: string, handlers: WatchHandlers) {
    this.#handlers = handlers
    this.#server = createServer(socket => this.#take(socket))
    // Where there can be no socket, whoever is to come to it says so.
    this.#server.on('error', () => undefined)
    this.#server.listen(path)
  }

  /**
   * Has a debugger started for a process that waits. Rejects with the reason why there is none. `gone`: the process has ended with this
   * code while it stood, at which its debugger does not look.
   */
  debug(pid: number, words: readonly string[], gone: (code: number) => void): Promise<void> {
    this.#ends.set(pid, gone)
    return this.#ask(`debugs ${pid}`, { debug: pid, words })
  }

  /** Its debugger has come: it need not wait any more. */
  wake(pid: number): Promise<void> {
    return this.#ask(`woken ${pid}`, { wake: pid })
  }

  /** Nothing is to be told of its end any more. */
  forget(pid: number): void {
    this.#ends.delete(pid)
  }

  /** Lets it run without a debugger. */
  release(pid: number): void {
    this.#say({ release: pid })
  }

  [Symbol.dispose](): void {
    this.#server.close()
    this.#link?.destroy()
  }

  #take(socket: Socket): void {
    this.#server.close()
    socket.on('error', () => undefined)
    if (this.#link !== undefined) return void socket.destroy()
    this.#link = socket
    socket.once('close', () => {
      for (const { settle } of [...this.#answers.values()]) settle('what has watched it is gone')
    })
    socketLines(socket, longestLine, line => {
      if (!this.#heard(line)) socket.destroy()
    })
  }

  /** Whether something can be made of it. */
  #heard(line: string): boolean {
    const said = parsed(line)
    if (said === undefined) return false
    if ('came' in said) this.#handlers.came({ pid: said.came, parent: said.parent, program: said.program })
    else if ('passed' in said) this.#handlers.passed({ pid: said.passed, program: said.program }, said.why)
    else if ('woken' in said) this.#answers.get(`woken ${said.woken}`)?.settle(null)
    else if ('debugs' in said) this.#answers.get(`debugs ${said.debugs}`)?.settle(said.why)
    else this.#ends.get(said.gone)?.(said.code)
    return true
  }

  #ask(name: string, words: object): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const settle = (why: string | null) => {
      clearTimeout(timer)
      this.#answers.delete(name)
      if (why === null) resolve()
      else reject(new Error(why))
    }
    const timer = setTimeout(() => settle(`it is not heard of for ${answerMs / 1_000} s`), answerMs)
    this.#answers.set(name, { settle })
    if (!this.#say(words)) settle('what has watched it is gone')
    return promise
  }

  #say(words: object): boolean {
    if (this.#link?.writable !== true) return false
    this.#link.write(`${JSON.stringify(words)}\n`)
    return true
  }
}

function parsed(line: string): Told | undefined {
  try {
    return saidSchema.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}
