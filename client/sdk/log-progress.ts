import type { LogMessage } from '../../services/contract/log-message.ts'
import { withoutFirst } from './log-bytes.ts'
import type { Input } from './operation-types.ts'

type LogInput = Input<'sessions.logs'>

/**
 * What of a log has been delivered: the next byte of each command's streams, and each command's last known state.
 * Decides what to ask for when the connection has to be made anew, and what to pass on of what then comes.
 *
 * A byte is passed on once. A command's state may come twice where output came in between.
 */
export class LogProgress {
  readonly #input: LogInput
  readonly #next = new Map<string, number>()
  readonly #states = new Map<string, string>()
  #command: string | undefined
  #resumed = false

  constructor(input: LogInput) {
    this.#input = input
  }

  /**
   * The input of the next connection. One stream of one command is asked for from the next byte on. Anything else is
   * asked for from its beginning, and what has been delivered is skipped: the contract's offset counts one stream.
   */
  inputToGoOn(): LogInput {
    this.#resumed = this.#next.size > 0 || this.#states.size > 0
    const { command, stream, offset } = this.#input
    if (command === undefined) return this.#input
    const id = this.#command ?? command
    if (stream === undefined) return { ...this.#input, command: id }
    return { ...this.#input, command: id, offset: this.#next.get(`${id} ${stream}`) ?? offset }
  }

  /** The message as it is to be passed on, or undefined where all of it has been. */
  take(message: LogMessage): LogMessage | undefined {
    switch (message.type) {
      case 'end':
        return message
      case 'command':
        return this.#takeState(message)
      case 'output': {
        this.#command = message.command
        const key = `${message.command} ${message.stream}`
        const next = this.#next.get(key) ?? message.offset
        const end = message.offset + message.bytes
        if (end < next || (end === next && message.bytes > 0)) return undefined
        this.#next.set(key, end)
        this.#states.delete(message.command)
        return message.offset < next ? withoutFirst(message, next - message.offset) : message
      }
    }
  }

  #takeState(message: Extract<LogMessage, { type: 'command' }>): LogMessage | undefined {
    this.#command = message.command
    const state = JSON.stringify([message.status, message.exit_code, message.failure])
    if (this.#resumed && this.#states.get(message.command) === state) return undefined
    this.#states.set(message.command, state)
    return message
  }
}
