import { connect, type Socket } from 'node:net'
import type { Logger } from 'pino'
import { firstLine } from '../../lib/first-line.ts'
import type { InstanceId } from '../contract/ids.ts'
import { fromRunnerSchema, type ToRunner } from '../contract/runner-messages.ts'
import type { Change } from './changes.ts'
import { lines } from './lines.ts'

/** The pauses between attempts to connect, in milliseconds; the last one repeats. */
const pauses = [20, 50, 100, 250, 500, 1000] as const

/** How long the runner may take to greet, in milliseconds. */
const answerDeadline = 1_000

export type RunnerLinkDependencies = {
  readonly socket: string
  readonly log: Logger
  readonly onChanged: (change: Change) => void
}

/**
 * The one connection to the runner, made again whenever it is lost. It carries hints only: a wake-up that could not be
 * sent is made up for by the one that follows each connection, and after each connection everything may have changed.
 */
export class RunnerLink implements Disposable {
  readonly #deps: RunnerLinkDependencies
  #socket: Socket | undefined
  #instance: InstanceId | undefined
  #attempt = 0
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(deps: RunnerLinkDependencies) {
    this.#deps = deps
    this.#connect()
  }

  /** Which runner is connected; undefined while none is. */
  get instance(): InstanceId | undefined {
    return this.#instance
  }

  /** Whether the runner speaks: one that is stopped or stuck keeps its connections and greets no new one. */
  async answers(): Promise<boolean> {
    try {
      const hello = fromRunnerSchema.parse(parseJson(await firstLine(this.#deps.socket, answerDeadline)))
      return hello.type === 'hello' && hello.instance === this.#instance
    } catch {
      return false
    }
  }

  /** Tells the runner that the store has work for it. */
  wake(): void {
    if (this.#instance !== undefined) this.#send({ type: 'wake' })
  }

  [Symbol.dispose](): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#socket?.destroy()
  }

  #connect(): void {
    const socket = connect(this.#deps.socket)
    this.#socket = socket
    socket.on('error', () => {}) // 'close' follows, and says all that matters
    socket.on('close', () => this.#lost())
    lines(socket, line => this.#heard(line))
  }

  #heard(line: string): void {
    const parsed = fromRunnerSchema.safeParse(parseJson(line))
    if (!parsed.success) {
      this.#deps.log.warn('the runner said something that is no hint')
      return
    }
    if (parsed.data.type === 'changed') {
      const { type: _, ...change } = parsed.data
      this.#deps.onChanged(change)
      return
    }
    this.#instance = parsed.data.instance
    this.#attempt = 0
    this.#deps.log.info({ runner: this.#instance }, 'connected to the runner')
    this.#send({ type: 'wake' })
    this.#deps.onChanged({})
  }

  #lost(): void {
    if (this.#instance !== undefined) this.#deps.log.warn({ runner: this.#instance }, 'lost the runner')
    this.#instance = undefined
    if (this.#closed) return
    const pause = pauses[Math.min(this.#attempt, pauses.length - 1)] ?? 1000
    this.#attempt++
    this.#timer = setTimeout(() => this.#connect(), pause)
  }

  #send(message: ToRunner): void {
    this.#socket?.write(`${JSON.stringify(message)}\n`)
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
