import { z } from 'zod'
import { RequestRefused } from '../bridge.ts'
import { anyBodySchema } from '../dap-messages.ts'
import { BeginningFailed, type Dialect, lostExit, type Speaker } from '../within/dap-within.ts'

const answerMs = 10_000
/** gdb reads the symbols of the interpreter, and the program has to come to where it can listen. */
const comeMs = 25_000
/** The answer to `attach` comes when everything is configured; that has deadlines of its own. */
const attachMs = 120_000

/** debugpy's adapter for a program that runs already, in the terms of the protocol: see `debug_server_adapter.py`. */
export class AttachDialect implements Dialect {
  readonly probe = { command: 'initialize', parameters: { adapterID: '' } }
  readonly #attach: object
  readonly #pid: number

  constructor(attach: object, pid: number) {
    this.#attach = attach
    this.#pid = pid
  }

  async begin(to: Speaker): Promise<unknown> {
    const body = await to.ask('initialize', to.client, z.looseObject({}), answerMs)
    const there = to.next('initialized')
    const attached = to.ask('attach', this.#attach, anyBodySchema, attachMs)
    // It is answered last; before that only its failure is news.
    const failed = new Promise<never>((_, reject) => attached.catch(reject))
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(
      () =>
        late.reject(
          new BeginningFailed(
            `process ${this.#pid} has not come to its debugger after ${comeMs / 1_000} s: its main thread runs no Python code`,
          ),
        ),
      comeMs,
    )
    try {
      await Promise.race([there, failed, late.promise])
    } finally {
      clearTimeout(timer)
    }
    return body
  }

  request(command: string, parameters: object): { command: string; parameters: object } {
    if (command === 'terminate') throw new RequestRefused('this process is not to end with its debugger')
    if (command === 'disconnect') return { command, parameters: { terminateDebuggee: false } }
    return { command, parameters }
  }

  event(name: string, body: unknown): { name: string; body: unknown } | undefined {
    return { name, body }
  }

  async exitCode(): Promise<typeof lostExit> {
    return lostExit
  }
}
