import { logStreams } from '../../contract/log-message.ts'
import type { Context } from '../context.ts'
import { refuseExpired } from '../logs/expired-log.ts'
import { startsWithin } from '../logs/log-length.ts'
import { noOffsets } from '../logs/log-place.ts'
import { done } from '../outcome.ts'
import { beyondTicket } from '../tickets/beyond-ticket.ts'
import { findCommandOf, findSession } from './find.ts'
import type { Handlers } from './handler.ts'

/** Finds what is to be read; the reading itself is `logs/follow-logs.ts`. */
export const logHandlers = (context: Context): Pick<Handlers, 'sessions.logs'> => ({
  'sessions.logs': async ({ stream, offset, follow, ...input }, { caller }) => {
    const session = await findSession(context, input.session, caller)
    if (!session.ok) return session
    const streams = stream === undefined ? logStreams : [stream]
    const source = { session: session.value, streams, follow }
    const target = { stream: 'logs', session: session.value.id } as const
    if (input.command === undefined) {
      const all = { ...source, command: undefined, start: { sequence: 0, offsets: noOffsets } }
      return beyondTicket(caller, { ...target, command: null }) ?? done(all)
    }
    const command = await findCommandOf(context, session.value, input.command)
    if (!command.ok) return command
    const beyond = beyondTicket(caller, { ...target, command: command.value.id })
    if (beyond !== undefined) return beyond
    const expired = refuseExpired(command.value)
    if (expired !== undefined) return expired
    const asked = stream === undefined ? noOffsets : { ...noOffsets, [stream]: offset }
    const offsets = startsWithin(command.value, asked)
    if (!offsets.ok) return offsets
    const start = { sequence: command.value.sequence, offsets: offsets.value }
    return done({ ...source, command: command.value, start })
  },
})
