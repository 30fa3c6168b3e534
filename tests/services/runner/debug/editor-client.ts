import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import type { DapAnswer } from '../../../../services/contract/dap.ts'
import type { Viewer } from '../../../../services/contract/debug-control.ts'
import type { DebugSessionId } from '../../../../services/contract/ids.ts'
import { fromRunnerSchema } from '../../../../services/contract/runner-messages.ts'

type Response = Extract<DapAnswer, { type: 'response' }>

/** An editor on the runner's socket, as an API brings it there: it asks in DAP, and hears the answers. */
export class EditorClient implements Disposable {
  readonly #socket
  readonly #answers = new Map<number, (answer: Response) => void>()
  #isClosed = false
  #seq = 0

  constructor(path: string, debug: DebugSessionId, by: Viewer, launches = false) {
    this.#socket = connect(path)
    createInterface({ input: this.#socket }).on('line', line => {
      const said = fromRunnerSchema.parse(JSON.parse(line))
      if (said.type === 'dap' && said.message.type === 'response')
        this.#answers.get(said.message.request_seq)?.(said.message)
      if (said.type === 'dap_closed') this.#close()
    })
    this.#socket.on('close', () => this.#close())
    this.#say({ type: 'dap_open', client: 1, debug, root: null, launches, parent: null, by })
  }

  ask(command: string, given: Record<string, unknown> = {}): Promise<Response> {
    const seq = ++this.#seq
    const { promise, resolve } = Promise.withResolvers<Response>()
    if (this.#isClosed) return Promise.resolve(closed(seq))
    this.#answers.set(seq, resolve)
    this.#say({ type: 'dap', client: 1, message: { seq, type: 'request', command, arguments: given } })
    return promise
  }

  async begin(): Promise<void> {
    for (const command of ['initialize', 'attach', 'configurationDone']) {
      const { success, message } = await this.ask(command)
      if (!success) throw new Error(`${command}: ${message}`)
    }
  }

  [Symbol.dispose](): void {
    this.#socket.destroy()
  }

  /** Nothing is answered any more. */
  #close(): void {
    this.#isClosed = true
    for (const [seq, settle] of this.#answers) settle(closed(seq))
  }

  #say(message: object): void {
    this.#socket.write(`${JSON.stringify(message)}\n`)
  }
}

const closed = (request_seq: number): Response => ({
  ...{ seq: 0, type: 'response', request_seq, command: '', success: false },
  message: 'the connection is closed',
})
