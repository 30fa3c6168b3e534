import { commandHasEnded } from '../../contract/command-state.ts'
import { logStreams } from '../../contract/log-message.ts'
import type { Context } from '../context.ts'
import { done, refuse } from '../outcome.ts'
import { findCommandOf, findSession } from './find.ts'
import type { Handlers } from './handler.ts'

/** Finds what is to be read; the reading itself is `logs/follow-logs.ts`. */
export const logHandlers = (context: Context): Pick<Handlers, 'sessions.logs'> => ({
  'sessions.logs': async (input, { caller }) => {
    const session = await findSession(context, input.session, caller)
    if (!session.ok) return session
    const source = {
      session: session.value,
      streams: input.stream === undefined ? logStreams : [input.stream],
      offset: input.offset,
      follow: input.follow,
    }
    if (input.command === undefined) return done({ ...source, command: undefined })
    const command = await findCommandOf(context, session.value, input.command)
    if (!command.ok) return command
    const { status, stdout_bytes, stderr_bytes } = command.value
    const bytes = input.stream === 'stderr' ? stderr_bytes : stdout_bytes
    if (commandHasEnded(status) && input.offset > (bytes ?? 0))
      return refuse('offset_out_of_range', `the log has ended at byte ${bytes ?? 0}`)
    return done({ ...source, command: command.value })
  },
})
