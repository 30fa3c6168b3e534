import { z } from 'zod'
import type { SessionId } from '../../contract/ids.ts'
import type { SessionStatus } from '../../contract/session-state.ts'
import { sessionIsSettled } from '../../contract/session-state.ts'
import { touchSession } from '../../store/activity.ts'
import { getOrCreateSession } from '../../store/get-or-create-session.ts'
import { type Resumed, resumeSession } from '../../store/resume-session.ts'
import { type SessionJoined, toSession } from '../../store/rows.ts'
import { moveSession, requestRemoval } from '../../store/session-transitions.ts'
import { createSession, getSession, listSessions } from '../../store/sessions.ts'
import { updateSession } from '../../store/update-session.ts'
import type { Context } from '../context.ts'
import { holdUntilSettled } from '../hold.ts'
import { newSession } from '../new-session.ts'
import { done, type Outcome, type Refusal, refuse } from '../outcome.ts'
import { page } from '../page.ts'
import { ensurePatch } from '../patch-file.ts'
import { changedTimes } from '../session-times.ts'
import { tell } from '../tell.ts'
import { versionMismatch } from '../version.ts'
import { findSession } from './find.ts'
import type { Handlers } from './handler.ts'
import { now } from './now.ts'
import { eachSeen } from './seen.ts'

type Names =
  | 'sessions.create'
  | 'sessions.get_or_create'
  | 'sessions.list'
  | 'sessions.get'
  | 'sessions.stop'
  | 'sessions.resume'
  | 'sessions.activity'
  | 'sessions.update'
  | 'sessions.delete'

export const sessionHandlers = (context: Context): Pick<Handlers, Names> => ({
  'sessions.create': async (input, { caller, gone }) => {
    const wanted = await newSession(context, input, caller)
    if (!wanted.ok) return wanted
    const id = await createSession(context.store, wanted.value)
    if (id === undefined) return atLimit(context)
    if (input.patch !== undefined) await ensurePatch(context.files, input.patch)
    tell(context, { session: id })
    return sessionOr404(await settle(context, id, sessionIsSettled, input.wait, gone))
  },

  'sessions.get_or_create': async (input, { caller, gone }) => {
    const wanted = await newSession(context, input, caller)
    if (!wanted.ok) return wanted
    const got = await getOrCreateSession(context.store, wanted.value)
    if (got.outcome === 'session_limit') return atLimit(context)
    if (input.patch !== undefined) await ensurePatch(context.files, input.patch)
    tell(context, { session: got.id })
    const session = sessionOr404(await settle(context, got.id, sessionIsSettled, input.wait, gone))
    return session.ok && got.outcome !== 'created' ? { ...session, status: 200 } : session
  },

  'sessions.list': (input, { caller }) =>
    page(
      input,
      byPosition,
      async (after, limit) =>
        eachSeen(
          caller,
          await listSessions(context.store, { ...input, visible: caller.visible, after, limit }),
          'sessions.list',
        ),
      toSession,
    ),

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
    if (await moveSession(context.store, id, 'stopping', { now: now(context) }))
      tell(context, { session: id })
    return sessionOr404(await settle(context, id, hasEnded, input.wait, gone))
  },

  'sessions.resume': async (input, { caller, gone }) => {
    const found = await findSession(context, input.session, caller)
    if (!found.ok) return found
    const { id } = found.value
    const resumed = await resumeSession(context.store, id, context.sessions.per_owner, now(context))
    if (resumed.resumed) tell(context, { session: id })
    else if (resumed.reason !== 'running') return notResumed(context, id, resumed.reason)
    return sessionOr404(await settle(context, id, sessionIsSettled, input.wait, gone))
  },

  'sessions.activity': async (input, { caller }) => {
    const found = await findSession(context, input.session, caller)
    if (!found.ok) return found
    const { id } = found.value
    await touchSession(context.store, found.value, now(context))
    return sessionOr404(await getSession(context.store, id))
  },

  'sessions.update': async (input, { caller, ifMatch }) => {
    const found = await findSession(context, input.session, caller)
    if (!found.ok) return found
    const times = changedTimes(input, context.sessions)
    if (!times.ok) return times
    const { id } = found.value
    const label = input.label === '' ? null : input.label
    const { ttl, idle_timeout } = times.value
    const change = { label, ttl, idle_timeout, now: now(context) }
    const updated = await updateSession(context.store, id, change, row =>
      versionMismatch(ifMatch, toSession(row)),
    )
    if (updated.outcome === 'refused') return updated.refusal
    if (updated.outcome === 'not_found') return sessionOr404(undefined)
    context.changes.announce({ session: id })
    return done(toSession(updated.session))
  },

  'sessions.delete': async (input, { caller, gone }) => {
    const found = await findSession(context, input.session, caller)
    if (!found.ok) return found
    const { id } = found.value
    await requestRemoval(context.store, id, now(context))
    tell(context, { session: id })
    const left = await settle(context, id, () => false, input.wait, gone)
    return done({ id, status: left === undefined ? 'deleted' : 'deleting' })
  },
})

/** The latest first: a new one comes before those that have been told. */
const byPosition = { key: z.int(), keyOf: ({ position }: SessionJoined) => position }

const atLimit = ({ sessions }: Context): Refusal =>
  refuse(
    'session_limit',
    `this user has ${sessions.per_owner} sessions that have not ended, as many as sessions.per_owner in the server's configuration allows: stop one`,
  )

function notResumed(
  context: Context,
  id: SessionId,
  reason: Exclude<Extract<Resumed, { resumed: false }>['reason'], 'running'>,
): Refusal {
  const because = (why: string) => refuse('session_not_resumable', `the session ${id} ${why}`)
  switch (reason) {
    case 'not_found':
      return refuse('session_not_found', 'the session has been deleted')
    case 'session_limit':
      return atLimit(context)
    case 'stopping':
      return because('is stopping: wait until it has stopped')
    case 'failed':
      return because('has failed: open another one')
    case 'removal_requested':
      return because('is being deleted')
  }
}

const hasEnded = (status: SessionStatus) => status === 'stopped' || status === 'failed'

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
