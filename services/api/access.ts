import { type Operation, scopeOf } from '../contract/operation.ts'
import { grants, type Scope } from '../contract/scopes.ts'
import type { StreamTarget } from '../contract/stream-target.ts'
import { hasExpired, scopesHeld } from '../store/credential-scopes.ts'
import { type Credential, getCredential } from '../store/credentials.ts'
import type { Visibility } from '../store/references.ts'
import { challenge, tokenExpired, unknownCredential } from './challenge.ts'
import { done, type Outcome, type Refusal, refuse } from './outcome.ts'
import { type PresentedDependencies, type Presenting, presented } from './presented.ts'

/** Who asks: a valid token or sign-in with its user, what it may do, and whose sessions it sees. */
export type Caller = {
  readonly credential: Credential
  readonly scopes: readonly Scope[]
  readonly visible: Visibility
  /** What they come by, as that calls itself. */
  readonly client?: string | undefined
  /** What their ticket opens, where they came with one: nothing else. */
  readonly only?: StreamTarget
}

export type Access = Exclude<Operation['access'], 'public'>

/** Who sends a request, if they may use something with this access. */
export async function admit(
  deps: PresentedDependencies,
  access: Access,
  request: Presenting,
): Promise<Outcome<Caller>> {
  const credential = await presented(deps, request)
  return credential.ok ? judgeAsking(credential.value, access, request, deps.clock.now()) : credential
}

/** As `judge`, of who sends this request. */
export function judgeAsking(
  credential: Credential | undefined,
  access: Access,
  { headers }: Presenting,
  now: number,
): Outcome<Caller> {
  const caller = judge(credential, access, now)
  return caller.ok ? done({ ...caller.value, client: headers['user-agent'] }) : caller
}

/** A caller who was admitted, as what they came with stands by now. */
export const readmit = async (
  { store, clock }: Pick<PresentedDependencies, 'store' | 'clock'>,
  access: Access,
  caller: Caller,
): Promise<Outcome<Caller>> =>
  rejudge(await getCredential(store, caller.credential.id), access, caller, clock.now())

/**
 * Whether a caller may still do what they were admitted for, as can be told without asking: nothing has been written since
 * that callers are judged by.
 */
export const isStillJudged = (
  { store, clock }: Pick<PresentedDependencies, 'store' | 'clock'>,
  { credential }: Caller,
  judgedAt: number | undefined,
): boolean => judgedAt === store.recalled() && !hasExpired(credential, clock.now())

/** As `judge`; who sees less than when they were admitted has to ask anew. */
export function rejudge(
  credential: Credential | undefined,
  access: Access,
  before: Caller,
  now: number,
): Outcome<Caller> {
  const judged = judge(credential, access, now)
  if (!judged.ok || before.visible !== 'all' || judged.value.visible === 'all') return judged
  return insufficientScope('admin')
}

/** Whether this credential, as it stands now, opens something with this access; undefined: there is none such. */
export function judge(credential: Credential | undefined, access: Access, now: number): Outcome<Caller> {
  if (credential === undefined || credential.revoked_at !== null || credential.user_disabled_at !== null)
    return unknownCredential()
  if (hasExpired(credential, now))
    return tokenExpired(`the ${nouns[credential.kind]} expired at ${credential.expires_at}`)
  const scopes = scopesHeld(credential)
  if (access === 'token' && credential.kind === 'token' && credential.viewer_of !== null)
    return refuse(
      'insufficient_scope',
      "a viewer's token opens the debuggers of its session and nothing else",
      {
        headers: challenge('insufficient_scope', 'cli'),
      },
    )
  const scope = scopeOf(access)
  if (scope !== undefined && !grants(scopes, scope)) return insufficientScope(scope)
  return done({
    credential,
    scopes,
    visible: grants(scopes, 'admin') ? 'all' : { owner: credential.user_id },
  })
}

const nouns: Record<Credential['kind'], string> = { token: 'token', sign_in: 'sign-in' }

export const insufficientScope = (scope: Scope): Refusal =>
  refuse('insufficient_scope', `this needs a token with the scope ${scope}`, {
    headers: challenge('insufficient_scope', scope),
  })
