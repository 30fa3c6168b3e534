import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { EnginePlan } from '../engine.ts'
import type { Place } from '../place.ts'
import { BeginningFailed } from '../within/dap-within.ts'
import { type EngineHost, engineHost } from '../within/engine-host.ts'
import type { EngineWay } from '../within/engine-pipes.ts'
import { comesFrom } from './comes-from.ts'
import { Connection } from './connection.ts'
import { DelvePort } from './delve-port.ts'

const streamsFile = join(import.meta.dirname, 'own-streams.sh')

/** By what Delve is known; the program that it debugs is not to have it. */
export const secretVariable = 'DEBUG_SERVER_DELVE'

const connectMs = 20_000

/**
 * Delve within the debuggee's command, connected to a port of ours: of the loopback interface, which the two have to share.
 * `begin` opens it. Rejects where the pipes of the engine cannot be made.
 */
export async function connectingHost(
  dlv: string,
  environment: Readonly<Record<string, string>>,
  place: Pick<Place, 'meeting' | 'start'>,
): Promise<{ readonly host: EngineHost; readonly begin: EnginePlan['begin'] }> {
  const mark = { variable: secretVariable, secret: randomBytes(16).toString('hex') }
  const words = ['/bin/sh', streamsFile, dlv, 'dap']
  const inside = { words, environment: { ...environment, [mark.variable]: mark.secret } }
  const { program, open } = await engineHost(inside, place)
  let port: DelvePort | undefined
  return {
    host: {
      program,
      open() {
        const pipes = open()
        port = new DelvePort(socket => comesFrom(socket, mark))
        return new ConnectedEngine(pipes, port)
      },
    },
    async begin() {
      try {
        const words = [...program.words, `--client-addr=127.0.0.1:${await port?.number}`]
        return { ok: true, program: { ...program, words } }
      } catch (error) {
        return { ok: false, message: `dlv has no port to connect to: ${saidBy(error)}` }
      }
    },
  }
}

const saidBy = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** What Delve says comes over its connection; that it has ended before that was there, by its pipes. */
class ConnectedEngine implements EngineWay {
  readonly output: Connection
  readonly begun: Promise<void>
  readonly #pipes: EngineWay
  readonly #port: DelvePort

  constructor(pipes: EngineWay, port: DelvePort) {
    this.#pipes = pipes
    this.#port = port
    this.output = new Connection()
    this.begun = this.#begin()
    // Nobody may wait for it.
    this.begun.catch(() => undefined)
    const gone = () => {
      this.output.giveUp()
      port.giveUp('it has ended')
    }
    // Nothing else comes through it.
    pipes.output.once('end', gone).resume()
  }

  get input(): Connection {
    return this.output
  }

  get stderr(): string {
    return this.#pipes.stderr
  }

  leave(code: number): void {
    this.#pipes.leave(code)
  }

  [Symbol.dispose](): void {
    this.#port[Symbol.dispose]()
    this.output.destroy()
    this.#pipes[Symbol.dispose]()
  }

  async #begin(): Promise<void> {
    await this.#pipes.begun
    const late = () => this.#port.giveUp(`it has not come for ${connectMs / 1_000} seconds`)
    const timer = setTimeout(late, connectMs).unref()
    try {
      this.output.join(await this.#port.connected)
    } catch (error) {
      throw new BeginningFailed(`dlv is not connected: ${saidBy(error)}`)
    } finally {
      clearTimeout(timer)
    }
  }
}
