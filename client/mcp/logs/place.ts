import { z } from 'zod'
import { commandHasEnded } from '../../../services/contract/command-state.ts'
import { commandId } from '../../../services/contract/ids.ts'
import { type LogMessage, type LogStream, logStreams } from '../../../services/contract/log-message.ts'
import type { Command } from '../../../services/contract/resources.ts'
import { every } from '../../sdk/every.ts'
import { fieldsOfCursor, inputCursor } from '../input-cursor.ts'
import { callOperation, type ToolCall } from '../tool-call.ts'
import { ToolError } from '../tool-error.ts'

const offset = z.coerce.number().int().min(0).default(0)

/** What of a session's log is read, and, in a cursor, where it goes on: at these bytes of the streams of a command. */
export const placeSchema = z.strictObject({
  session: z.string(),
  command: z.string().optional(),
  stream: z.enum(logStreams).optional(),
  follow: z.stringbool().optional(),
  at: commandId.schema.optional(),
  stdout: offset,
  stderr: offset,
})
export type Place = z.infer<typeof placeSchema>

export const placeCursor = (place: Place): string => inputCursor('sessions.logs', place)

/** Undefined where it is no cursor of a log. */
export const placeOf = (cursor: string): Place | undefined =>
  placeSchema.safeParse(fieldsOfCursor('sessions.logs', cursor)).data

export const streamsOf = ({ stream }: Pick<Place, 'stream'>): readonly LogStream[] =>
  stream === undefined ? logStreams : [stream]

/** The commands whose output it is, in their order. */
export async function commandsOf({ session, command }: Place, call: ToolCall): Promise<Command[]> {
  const all = await Array.fromAsync(
    every(cursor => callOperation('commands.list', { session, limit: 200, cursor }, call)),
  )
  if (command === undefined) return all
  const { id } = await callOperation('commands.get', { command }, call)
  const found = all.filter(one => one.id === id)
  if (found.length > 0) return found
  throw new ToolError(
    'command_not_found',
    `${id} is no command of the session ${session}`,
    'session_commands lists them',
  )
}

export const stateOf = (command: Command): LogMessage => ({
  type: 'command',
  command: command.id,
  sequence: command.sequence,
  status: command.status,
  exit_code: command.exit_code,
  failure: command.failure,
  ...(command.log_expired_at === null ? {} : { log_expired_at: command.log_expired_at }),
})

/** The first command that may still write; those after it have not begun. */
export const openCommand = (commands: readonly Command[]): Command | undefined =>
  commands.find(({ status }) => !commandHasEnded(status))
