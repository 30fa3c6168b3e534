import { note } from '../../../lib/subject.ts'
import type { SessionId } from '../../contract/ids.ts'
import type { SessionStatus } from '../../contract/session-state.ts'
import { sessionIsSettled } from '../../contract/session-state.ts'
import { touchSession } from '../../store/activity.ts'
import { findRepository } from '../../store/repositories.ts'
import { type SessionJoined, toSession } from '../../store/rows.ts'
import { createSession, getSession, listSessions, moveSession, requestRemoval } from '../../store/sessions.ts'
import type { Context } from '../context.ts'
import { holdUntilSettled } from '../hold.ts'
import { done, type Outcome, refuse } from '../outcome.ts'
import { ensurePatch, storePatch } from '../patch-file.ts'
import { sessionTimes } from '../session-times.ts'
import { findSession, noSuchRepository } from './find.ts'
import type { Handlers } from './handler.ts'
import { now } from './now.ts'

type Names =
  | 'sessions.create'
  | 'sessions.list'
  | 'sessions.get'
  | 'sessions.stop'
  | 'sessions.activity'
  | 'sessions.delete'

export const sessionHandlers = (context: Context): Pick<Handlers, Names> => ({
  'sessions.create': async (input, { caller, gone }) => {
    const repository = await findRepository(context.store, input.repository)
    if (repository === undefined) return noSuchRepository(input.repository)
    const times = sessionTimes(input, context.sessions)
    if (!times.ok) return times
    const { patch } = input
    const sha256 = patch === undefined ? null : await storePatch(context.files, patch)
    const id = await createSession(context.store, {
      repository: repository.id,
      owner: caller.token.id,
      revision: input.commit ?? null,
      patch_sha256: sha256,
      commands: input.commands,
      ...times.value,
      now: now(context),
    })
    note({ session: id })
    if (patch !== undefined) await ensurePatch(context.files, patch)
    tell(context, id)
    return sessionOr404(await settle(context, id, sessionIsSettled, input.wait, gone))
  },

  'sessions.list': async (input, { caller }) =>
    done((await listSessions(context.store, { ...input, visible: caller.visible })).map(toSession)),

  'sessions.get': async (input, { caller, gone }) => {
    const found = await findSession(context, input.session, caller)
    if (!found.ok) return found
    if (input.wait === 0) return done(toSession(found.value))
    return sessionOr404(await settle(context, found.value.id, sessionIsSettled, input.wait, gone))
  },

  'sessions.stop': async (input, { caller, gone }) => {
    const found = await findSession(context, input.session, caller)
    if (!found.ok) return found
    const { id } = found.value
    if (await moveSession(context.store, id, 'stopping', { now: now(context) })) tell(context, id)
    return sessionOr404(await settle(context, id, hasEnded, input.wait, gone))
  },

  'sessions.activity': async (input, { caller }) => {
    const found = await findSession(context, input.session, caller)
    if (!found.ok) return found
    const { id } = found.value
    await touchSession(context.store, found.value, now(context))
    return sessionOr404(await getSession(context.store, id))
  },

  'sessions.delete': async (input, { caller, gone }) => {
    const found = await findSession(context, input.session, caller)
    if (!found.ok) return found
    const { id } = found.value
    await requestRemoval(context.store, id, now(context))
    tell(context, id)
    const left = await settle(context, id, () => false, input.wait, gone)
    return done({ id, status: left === undefined ? 'deleted' : 'deleting' })
  },
})

const hasEnded = (status: SessionStatus) => status === 'stopped' || status === 'failed'

/** After a change of ours: the runner has work, and whoever waits for this session should look. */
function tell({ changes, runner }: Context, session: SessionId): void {
  runner.wake()
  changes.announce({ session })
}

/** The session once it is settled, gone, or the seconds are over. */
const settle = (
  { store, changes, stopping }: Context,
  id: SessionId,
  settled: (status: SessionStatus) => boolean,
  seconds: number,
  gone: AbortSignal,
): Promise<SessionJoined | undefined> =>
  holdUntilSettled({
    changes,
    row: { session: id },
    load: () => getSession(store, id),
    settled: row => row === undefined || settled(row.status),
    seconds,
    signals: [gone, stopping],
  })

const sessionOr404 = (row: SessionJoined | undefined): Outcome<ReturnType<typeof toSession>> =>
  row === undefined ? refuse('session_not_found', 'the session has been deleted') : done(toSession(row))
