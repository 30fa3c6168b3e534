import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { ProcessScope } from '../../../lib/processes/process-scope.ts'
import type { ReadyProgram } from '../sandbox/enclosure.ts'
import { withOptions } from '../sandbox/open-options.ts'
import type { Adapter, OpenAdapter, Opening } from './adapter.ts'
import { DapClient } from './dap-client.ts'

const mostStderr = 4_096
/** How long it may take to end by itself, and when asked, in milliseconds. */
const patienceMs = 300
const graceMs = 500
/** How long it may take from the end of its output to its own. */
const tellMs = 500

/** A program that speaks the Debug Adapter Protocol on its standard streams. */
export type AdapterProgram = {
  readonly file: string
  readonly arguments: readonly string[]
  /** Over those of the place. */
  readonly environment: Readonly<Record<string, string>>
  /** Whether it sees the meeting place. */
  readonly meets?: boolean
}

/** An adapter that is a process of its own, beside the debuggee and as far apart from the host as that. */
export const besideDebuggee =
  (program: AdapterProgram): OpenAdapter =>
  ({ scope, place, event, asked }) => {
    using ready = place.enclosure.enclose(
      {
        words: [program.file, ...program.arguments],
        environment: { ...place.environment, ...program.environment },
        ...(program.meets === true ? { meeting: place.meeting().outside } : {}),
      },
      place.directory,
    )
    return new AdapterProcess(scope, ready, place.directory, { event, asked })
  }

/** A debug adapter's process, owned. Disposing of it ends it with whatever it has started. */
class AdapterProcess implements Adapter {
  readonly client: DapClient
  readonly #scope: ProcessScope
  readonly #finish: () => Promise<unknown>
  #stderr = ''

  constructor(
    within: ProcessScope,
    { words: [file = '', ...words], environment, options }: ReadyProgram,
    directory: string,
    { event, asked }: Pick<Opening, 'event' | 'asked'>,
  ) {
    this.#scope = new ProcessScope({ graceMs, within })
    const child = this.#scope.spawn(file, words, {
      cwd: directory,
      env: environment,
      stdio: withOptions(['pipe', 'pipe', 'pipe'], options),
    })
    const { stdin, stdout, stderr } = child
    if (stdin === null || stdout === null || stderr === null) throw new Error('its streams are pipes')
    child.on('error', error => this.client.close(`it could not be started: ${error.message}`))
    const exit = once(child, 'exit').then(
      ([code, signal]) => `it has ended with ${signal ?? `code ${code}`}`,
      (error: Error) => `it could not be started: ${error.message}`,
    )
    // Its output ends before it does.
    const ended = () => Promise.race([exit, delay(tellMs, 'it has ended', { ref: false })])
    this.client = new DapClient(stdout, stdin, event, { asked, ended })
    void exit.then(why => this.client.close(why))
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-mostStderr)
    })
    this.#finish = async () => {
      stdin.end()
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
      await once(child, 'exit', { signal: AbortSignal.timeout(patienceMs) }).catch(() => undefined)
    }
  }

  /** The end of what it has written to its standard error. */
  get stderr(): string {
    return this.#stderr.trim()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.close('it has been ended')
    await this.#finish()
    await this.#scope.end()
  }
}
