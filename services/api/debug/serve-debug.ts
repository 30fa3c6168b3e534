import { setMaxListeners } from 'node:events'
import type { WebSocket } from 'ws'
import { withSubject } from '../../../lib/subject.ts'
import { contract } from '../../contract/contract.ts'
import type { DebugRole } from '../../contract/debug-control.ts'
import type { ToDebug } from '../../contract/debug-message.ts'
import type { EndReason } from '../../contract/stream-end.ts'
import type { SessionJoined } from '../../store/rows.ts'
import { readmit } from '../access.ts'
import { auditedCall, type From } from '../audited-call.ts'
import type { Context } from '../context.ts'
import { seen } from '../handlers/seen.ts'
import { endOf } from '../live/end-of.ts'
import type { Outcome, Refusal } from '../outcome.ts'
import { refusalOf } from '../problem-reply.ts'
import { endSocket } from '../websocket/end-socket.ts'
import { answerCall } from './answer-call.ts'
import type { DebugAnswers } from './debug-answers.ts'
import { DebugCalls } from './debug-calls.ts'
import { DebugFeed } from './debug-feed.ts'
import { lostRole, mayNot, scopesIn } from './debugged-session.ts'
import { Outbox } from './outbox.ts'
import { connectedViewer } from './viewer-of.ts'

/** One who is connected to the debuggers of a session. */
export type DebugClient = From & {
  readonly session: SessionJoined
  /** What they may do with its debuggers. */
  readonly role: DebugRole
  /** The id of the request that opened the connection. */
  readonly request: string
  readonly gone: AbortSignal
}

/** Who may open such a WebSocket; each call needs what its operation needs. */
export const debugAccess = contract['debug.status'].access

/**
 * Serves one client of a session's debuggers over a WebSocket, by the protocol in `contract/debug-message.ts`, until it
 * goes, the session is deleted, its token opens this no more, or the server stops. Debug sessions stay as they are.
 */
export async function serveDebug(
  socket: WebSocket,
  context: Context,
  answers: DebugAnswers,
  { caller, session, role, request, address, gone }: DebugClient,
): Promise<void> {
  const { limits } = context
  const by = connectedViewer(caller, role)
  const over = new AbortController()
  setMaxListeners(0, over.signal)
  const finish = (why: EndReason | Refusal | 'gone'): void => {
    if (over.signal.aborted) return
    over.abort()
    socket.resume()
    if (why !== 'gone') endSocket(socket, endOf(why), 'json')
  }

  const answer = async (call: ToDebug): Promise<Outcome<unknown>> => {
    try {
      const { access } = contract[call.operation]
      const admitted = await readmit(context, access, caller)
      if (!admitted.ok) return admitted
      const refusal = mayNot(role, access) ?? (await lostRole(context, { session, role }, caller))
      if (refusal !== undefined) return refusal
      return await withSubject({ request, session: session.id }, () =>
        auditedCall(context, { caller, address }, call.operation, () => {
          seen(caller, session.owner_id, session.id)
          const scopes = scopesIn(role, admitted.value)
          return answerCall(answers, session, call, { by, scopes, gone: over.signal })
        }),
      )
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal.code === 'internal') context.log.error({ err: error }, 'a call over a WebSocket failed')
      return refusal
    }
  }

  if (gone.aborted) over.abort()
  else gone.addEventListener('abort', () => finish('gone'), { once: true })
  const outbox = new Outbox(socket, limits.slowReader, () => finish('slow_reader'))
  const calls = new DebugCalls({ outbox, answer, refused: finish })
  socket.on('message', (data, isBinary) => void calls.take(isBinary ? undefined : `${data}`))
  const feed = new DebugFeed({
    context,
    session,
    by,
    gone: over.signal,
    say: frame => void outbox.send('event', frame),
    recheck: async () => {
      const admitted = await readmit(context, debugAccess, caller)
      return admitted.ok ? lostRole(context, { session, role }, caller) : admitted
    },
  })
  using _here = context.viewers.enter(session.id, by)
  try {
    finish(await feed.run())
  } catch (error) {
    context.log.error({ err: error, session: session.id }, 'telling of debug sessions failed')
    finish(refusalOf(error))
  }
}
