import { toInstant } from '../../../lib/clock.ts'
import type { SessionJoined } from '../../store/rows.ts'
import { moveSession } from '../../store/session-transitions.ts'
import type { RunnerContext } from '../context.ts'
import { discardSessionFiles } from './discard-session-files.ts'

/** The last step of stopping a session, when none of its commands runs any more. What it got to stays, if it got to run. */
export async function stopSession(context: RunnerContext, session: SessionJoined): Promise<void> {
  const { store, clock, lease, changed } = context
  if (session.started_at === null) await discardSessionFiles(context, session)
  if (await moveSession(store, session.id, 'stopped', { by: lease.token, now: toInstant(clock.now()) }))
    changed({ session: session.id })
}
