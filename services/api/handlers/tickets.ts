import { toInstant } from '../../../lib/clock.ts'
import { contract } from '../../contract/contract.ts'
import type { ParsedInputOf } from '../../contract/operation.ts'
import type { StreamName, StreamTarget } from '../../contract/stream-target.ts'
import { createTicket, mostTickets } from '../../store/tickets.ts'
import { type Access, type Caller, judge } from '../access.ts'
import type { Context } from '../context.ts'
import { findDebugged } from '../debug/debugged-session.ts'
import { debugAccess } from '../debug/serve-debug.ts'
import { done, type Outcome, refuse } from '../outcome.ts'
import { findCommandOf, findSession } from './find.ts'
import type { Handlers } from './handler.ts'

/** How long a ticket waits for its use, in milliseconds. */
const life = 30_000

/** What opens each stream. */
const accesses: Readonly<Record<StreamName, Access>> = {
  logs: contract['sessions.logs'].access,
  events: contract['events.follow'].access,
  debug: debugAccess,
}

export const ticketHandlers = (context: Context): Pick<Handlers, 'tickets.create'> => ({
  'tickets.create': async (input, { caller }) => {
    const { store, clock } = context
    const instant = clock.now()
    const admitted = judge(caller.credential, accesses[input.stream], instant)
    if (!admitted.ok) return admitted
    const target = await findTarget(context, input, caller)
    if (!target.ok) return target
    const { id: credential, user_id: user } = caller.credential
    const [now, expires_at] = [toInstant(instant), toInstant(instant + life)]
    const ticket = await createTicket(store, { user, credential, target: target.value, now, expires_at })
    if (ticket === undefined)
      return refuse(
        'ticket_limit',
        `${mostTickets} tickets of this user wait for their use, as many as there may be`,
      )
    return done({ ticket, expires_at })
  },
})

async function findTarget(
  context: Context,
  { stream, ...named }: ParsedInputOf<(typeof contract)['tickets.create']>,
  caller: Caller,
): Promise<Outcome<StreamTarget>> {
  if (named.session === undefined) return done({ stream, session: null, command: null })
  if (stream === 'debug') {
    const found = await findDebugged(context, named.session, debugAccess, caller)
    return found.ok ? done({ stream, session: found.value.session.id, command: null }) : found
  }
  const session = await findSession(context, named.session, caller)
  if (!session.ok) return session
  const { id } = session.value
  if (named.command === undefined) return done({ stream, session: id, command: null })
  const command = await findCommandOf(context, session.value, named.command)
  return command.ok ? done({ stream, session: id, command: command.value.id }) : command
}
