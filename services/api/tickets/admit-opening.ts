import { toInstant } from '../../../lib/clock.ts'
import { getCredential } from '../../store/credentials.ts'
import { takeTicket } from '../../store/tickets.ts'
import { type Access, admit, type Caller, judge } from '../access.ts'
import { challenge } from '../challenge.ts'
import { originMay } from '../origin.ts'
import { done, type Outcome, refuse, refuseFields } from '../outcome.ts'
import { originRefused, type PresentedDependencies, type Presenting } from '../presented.ts'

/** Who asks for a stream, if they may have it. `ticket`: what the query has of that name, undefined where it has none. */
export const admitOpening = (
  deps: PresentedDependencies,
  access: Access,
  request: Presenting,
  ticket: unknown,
): Promise<Outcome<Caller>> =>
  ticket === undefined ? admit(deps, access, request) : admitByTicket(deps, access, request, ticket)

/**
 * Who opens a stream with a ticket, which is used up by that: the caller who made it, as what they came with then stands
 * now. A page that says where it is from has to be one that may use this server. See tickets.ts in the contract.
 */
async function admitByTicket(
  deps: PresentedDependencies,
  access: Access,
  { headers }: Presenting,
  ticket: unknown,
): Promise<Outcome<Caller>> {
  if (typeof ticket !== 'string') return refuseFields([{ path: 'ticket', message: 'expected one ticket' }])
  if (headers.authorization !== undefined)
    return refuseFields([{ path: 'ticket', message: 'give either a ticket or a token' }])
  const rule = { host: headers.host, allowed: deps.allowedOrigins }
  if (headers.origin !== undefined && !originMay(headers.origin, rule)) return originRefused(headers.origin)
  const now = deps.clock.now()
  const taken = await takeTicket(deps.store, ticket, toInstant(now))
  if (taken === undefined)
    return refuse(
      'unauthenticated',
      'this ticket is not valid: each opens one stream, once, within 30 seconds',
      {
        headers: challenge('invalid_token'),
      },
    )
  const caller = judge(await getCredential(deps.store, taken.credential_id), access, now)
  if (!caller.ok) return caller
  const { stream, session_id: session, command_id: command } = taken
  if (stream === 'app') return refuse('ticket_mismatch', 'this ticket was for an app')
  return done({ ...caller.value, client: headers['user-agent'], only: { stream, session, command } })
}
