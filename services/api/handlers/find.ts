import { note } from '../../../lib/subject.ts'
import { commandId, type SessionId } from '../../contract/ids.ts'
import { resolveArtifact } from '../../store/artifacts.ts'
import { listCommands, resolveCommand } from '../../store/commands.ts'
import { type DebugSessionJoined, resolveDebugSession } from '../../store/debug-sessions.ts'
import { type EnvironmentJoined, resolveEnvironment } from '../../store/environments.ts'
import { type InviteJoined, resolveInvite } from '../../store/invites.ts'
import { type Resolved, resolved } from '../../store/references.ts'
import { findRepository as findRepositoryRow } from '../../store/repositories.ts'
import type { SessionJoined, SignInJoined, TokenJoined } from '../../store/rows.ts'
import type { ArtifactRow, CommandRow, RepositoryRow, UserRow } from '../../store/schema.ts'
import { getSession, resolveSession } from '../../store/sessions.ts'
import { resolveSignIn } from '../../store/sign-ins.ts'
import { resolveToken } from '../../store/tokens.ts'
import { findUser as findUserRow } from '../../store/users.ts'
import type { Caller } from '../access.ts'
import type { Context } from '../context.ts'
import { done, type Outcome, type Refusal, refuse } from '../outcome.ts'
import { now } from './now.ts'
import { seen } from './seen.ts'

/** From what a client calls a thing to its row, as far as the client may see it. What is found is what is logged of. */

export async function findSession(
  { store }: Context,
  reference: string,
  caller: Caller,
): Promise<Outcome<SessionJoined>> {
  const { credential } = caller
  // Who comes with a viewer's token has no session: see `debugged-session.ts`.
  if (credential.kind === 'token' && credential.viewer_of !== null)
    return refuse('session_not_found', `no session ${reference}`)
  const found = await resolveSession(store, reference, credential.user_id, caller.visible)
  if (found.found) {
    note({ session: found.value.id })
    seen(caller, found.value.owner_id, found.value.id)
  }
  return decide(found, reference, () =>
    refuse(
      'session_not_found',
      reference === '@last' ? 'this user has no session' : `no session ${reference}`,
    ),
  )
}

export async function findCommand(
  { store }: Context,
  reference: string,
  caller: Caller,
): Promise<Outcome<CommandRow>> {
  const found = await resolveCommand(store, reference, caller.visible)
  if (found.found) {
    note({ session: found.value.session_id, command: found.value.id })
    await sessionSeen(store, found.value.session_id, caller)
  }
  return decide(found, reference, () => noSuchCommand(reference))
}

/** Of what belongs to a session. */
async function sessionSeen(store: Context['store'], id: SessionId, caller: Caller): Promise<void> {
  if (caller.visible === 'all') seen(caller, (await getSession(store, id))?.owner_id ?? null, id)
}

/** Among the commands of one session: a beginning needs to be unique there only. */
export const findCommandOf = async (
  { store }: Context,
  session: SessionJoined,
  reference: string,
): Promise<Outcome<CommandRow>> => commandAmong(await listCommands(store, session.id), reference)

/** The same for several, all of them or a refusal of the first that is none. */
export async function findCommandsOf(
  { store }: Context,
  session: SessionJoined,
  references: readonly string[],
): Promise<Outcome<CommandRow[]>> {
  const rows = references.length === 0 ? [] : await listCommands(store, session.id)
  const found: CommandRow[] = []
  for (const reference of references) {
    const one = commandAmong(rows, reference)
    if (!one.ok) return one
    found.push(one.value)
  }
  return done(found)
}

function commandAmong(rows: readonly CommandRow[], reference: string): Outcome<CommandRow> {
  const beginning = reference.startsWith(`${commandId.prefix}_`)
    ? reference
    : `${commandId.prefix}_${reference}`
  const like = rows.filter(row => row.id.startsWith(beginning))
  return decide(resolved(like.slice(0, 3)), reference, () => noSuchCommand(reference))
}

export async function findArtifact(
  { store }: Context,
  reference: string,
  caller: Caller,
): Promise<Outcome<ArtifactRow>> {
  const found = await resolveArtifact(store, reference, caller.visible)
  if (found.found) {
    note({ session: found.value.session_id })
    await sessionSeen(store, found.value.session_id, caller)
  }
  return decide(found, reference, () => refuse('artifact_not_found', `no artifact ${reference}`))
}

export async function findEnvironment(
  { store }: Context,
  reference: string,
  caller: Caller,
): Promise<Outcome<EnvironmentJoined>> {
  const found = await resolveEnvironment(store, reference, caller.visible)
  if (found.found) seen(caller, found.value.owner_id, found.value.id)
  return decide(found, reference, () => refuse('environment_not_found', `no environment ${reference}`))
}

/** Among the debug sessions of one session; its latest without a reference. */
export async function findDebugSession(
  { store }: Context,
  session: SessionJoined,
  reference: string | undefined,
): Promise<Outcome<DebugSessionJoined>> {
  const found = await resolveDebugSession(store, session.id, reference)
  if (found.found) note({ command: found.value.command_id })
  return decide(found, `${reference}`, () =>
    refuse(
      'debug_session_not_found',
      reference === undefined
        ? `the session ${session.id} has no debug session: launch one with debug launch`
        : `no debug session ${reference} in the session ${session.id}`,
    ),
  )
}

export async function findToken(
  { store }: Context,
  reference: string,
  { visible }: Caller,
): Promise<Outcome<TokenJoined>> {
  const found = await resolveToken(store, reference, visible)
  if (found.found) note({ token: found.value.id })
  return decide(found, reference, () => refuse('token_not_found', `no token ${reference}`))
}

export async function findSignIn(
  { store }: Context,
  reference: string,
  { visible }: Caller,
): Promise<Outcome<SignInJoined>> {
  const found = await resolveSignIn(store, reference, visible)
  if (found.found) note({ user: found.value.user_id })
  return decide(found, reference, () => refuse('sign_in_not_found', `no sign-in ${reference}`))
}

export const findInvite = async (context: Context, reference: string): Promise<Outcome<InviteJoined>> =>
  decide(await resolveInvite(context.store, reference, now(context)), reference, () =>
    refuse('invite_not_found', `no invite ${reference}`),
  )

/** By their name. */
export async function findUser({ store }: Context, name: string): Promise<Outcome<UserRow>> {
  const found = await findUserRow(store, name)
  if (found === undefined) return refuse('user_not_found', `no user is called ${name}`)
  note({ user: found.id })
  return done(found)
}

/** By its name; one that is being removed is not there any more. */
export async function findRepository({ store }: Context, name: string): Promise<Outcome<RepositoryRow>> {
  const found = await findRepositoryRow(store, name)
  if (found === undefined) return noSuchRepository(name)
  note({ repository: found.id })
  return done(found)
}

export const noSuchRepository = (name: string): Refusal =>
  refuse('repository_not_found', `no repository is called ${name}`)

const noSuchCommand = (reference: string): Refusal => refuse('command_not_found', `no command ${reference}`)

export function decide<T>(found: Resolved<T>, reference: string, missing: () => Refusal): Outcome<T> {
  if (found.found) return done(found.value)
  if (found.reason === 'none') return missing()
  return refuse('ambiguous_id', `${reference} is the beginning of ${found.candidates.join(', ')}`)
}
