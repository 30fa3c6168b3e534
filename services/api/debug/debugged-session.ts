import { toInstant } from '../../../lib/clock.ts'
import { note } from '../../../lib/subject.ts'
import type { DebugRole } from '../../contract/debug-control.ts'
import { type SessionId, sessionId } from '../../contract/ids.ts'
import { grants, type Scope } from '../../contract/scopes.ts'
import { resolveShared, roleOn } from '../../store/debug-shares.ts'
import type { SessionJoined } from '../../store/rows.ts'
import { getSession } from '../../store/sessions.ts'
import type { Access, Caller } from '../access.ts'
import type { Context } from '../context.ts'
import { decide, findSession } from '../handlers/find.ts'
import { done, type Outcome, type Refusal, refuse } from '../outcome.ts'

/** A session as far as its debuggers are concerned, and what its caller may do with them. */
export type DebuggedSession = { readonly session: SessionJoined; readonly role: DebugRole }

/** By what a client calls it: one of their own, one whose owner has given them a role, or the one that their token is for. */
export async function findDebugged(
  context: Context,
  reference: string,
  access: Access,
  caller: Caller,
): Promise<Outcome<DebuggedSession>> {
  const found = await debugged(context, reference, caller)
  if (!found.ok) return found
  return mayNot(found.value.role, access) ?? found
}

/** Why what was open to a caller is so no more; undefined where it is. What they came with is looked at elsewhere. */
export async function lostRole(
  context: Context,
  { session, role }: DebuggedSession,
  caller: Caller,
): Promise<Refusal | undefined> {
  if (role === 'owner' || viewerOf(caller) !== null) return undefined
  const now = await roleOn(context.store, session.id, caller.credential.user_id, nowOf(context))
  if (now === undefined) return noSession(session.id)
  return now === role ? undefined : refuse('role_insufficient', 'the role has changed: come again')
}

async function debugged(
  context: Context,
  reference: string,
  caller: Caller,
): Promise<Outcome<DebuggedSession>> {
  const of = viewerOf(caller)
  if (of !== null) return withToken(context, reference, of, caller)
  const own = await findSession(context, reference, caller)
  if (own.ok) return done({ session: own.value, role: 'owner' })
  if (own.code !== 'session_not_found') return own
  const { user_id: user } = caller.credential
  const shared = await resolveShared(context.store, reference, user, nowOf(context))
  const found = decide(shared, reference, () => own)
  if (!found.ok) return found
  const session = await getSession(context.store, found.value.id)
  return session === undefined ? own : told({ session, role: found.value.role })
}

/** The session that a viewer's token is for is its latest as well. */
async function withToken(context: Context, reference: string, of: SessionId, { scopes }: Caller) {
  const beginning = reference.startsWith(`${sessionId.prefix}_`)
    ? reference
    : `${sessionId.prefix}_${reference}`
  const session =
    reference === '@last' || of.startsWith(beginning) ? await getSession(context.store, of) : undefined
  if (session === undefined) return noSession(reference)
  return told({ session, role: grants(scopes, 'debug:write') ? 'control' : 'watch' })
}

function told(found: DebuggedSession): Outcome<DebuggedSession> {
  note({ session: found.session.id })
  return done(found)
}

const viewerOf = ({ credential }: Caller): SessionId | null =>
  credential.kind === 'token' ? credential.viewer_of : null

/** What a caller's scopes come to here: those of others count for no more than the role that they were given. */
export function scopesIn(role: DebugRole, { scopes }: Caller): readonly Scope[] {
  switch (role) {
    case 'owner':
      return scopes
    case 'control':
      return ['debug:write']
    case 'watch':
      return ['debug:read']
  }
}

/** Who may only watch, whatever their token could do elsewhere. */
export const mayNot = (role: DebugRole, access: Access): Refusal | undefined =>
  role === 'watch' && access === 'debug:write'
    ? refuse('role_insufficient', 'the owner of this session lets you watch its debuggers, not control them')
    : undefined

const noSession = (reference: string): Refusal => refuse('session_not_found', `no session ${reference}`)

const nowOf = ({ clock }: Context): string => toInstant(clock.now())
