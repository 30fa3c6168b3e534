import type { CommandId } from '../../services/contract/ids.ts'
import type { LogMessage } from '../../services/contract/log-message.ts'
import { bytesOf } from '../sdk/log-bytes.ts'
import { ProblemError } from '../sdk/problem-error.ts'
import { type Io, write } from './io.ts'
import type { CommandState } from './outcome.ts'

/** The last state of each command that a log has told of; filled while it is read, so that it is known after a break. */
export type States = Map<CommandId, CommandState>

/**
 * Prints a log to its end: each stream's bytes to the stream of the same name, exactly as they were written, or under
 * `json` every message on a line. Rejects where the log ends with a problem.
 */
export async function printLog(
  messages: AsyncIterable<LogMessage>,
  { io, json }: { io: Io; json: boolean },
  states: States = new Map(),
): Promise<Extract<LogMessage, { type: 'end' }>['reason']> {
  for await (const message of messages) {
    if (message.type === 'command') states.set(message.command, message)
    if (json) await write(io.stdout, `${JSON.stringify(message)}\n`, io.signal)
    else if (message.type === 'command' && message.log_expired_at !== undefined)
      await write(
        io.stderr,
        `the output of ${message.command} was removed at ${message.log_expired_at}\n`,
        io.signal,
      )
    else if (message.type === 'output') await write(io[message.stream], bytesOf(message), io.signal)
    if (message.type !== 'end') continue
    if (message.problem !== undefined) throw new ProblemError(message.problem)
    return message.reason
  }
  throw new Error('a log ended without its last message')
}
