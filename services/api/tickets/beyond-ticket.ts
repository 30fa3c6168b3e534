import { includes, type StreamTarget } from '../../contract/stream-target.ts'
import type { Caller } from '../access.ts'
import { type Refusal, refuse } from '../outcome.ts'

/** The refusal of a stream to a caller whose ticket is for another one. */
export function beyondTicket({ only }: Caller, target: StreamTarget): Refusal | undefined {
  if (only === undefined || includes(only, target)) return undefined
  const of = [only.session, only.command].filter(id => id !== null).join(' and ')
  return refuse('ticket_mismatch', `this ticket was for ${only.stream}${of === '' ? '' : ` of ${of}`}`)
}
