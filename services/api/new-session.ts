import { defaultLimits } from '../contract/command-limits.ts'
import type { Contract } from '../contract/contract.ts'
import type { ParsedInputOf } from '../contract/operation.ts'
import type { NewSession } from '../store/sessions.ts'
import type { Caller } from './access.ts'
import type { Context } from './context.ts'
import { findRepository } from './handlers/find.ts'
import { now } from './handlers/now.ts'
import { done, type Outcome } from './outcome.ts'
import { storePatch } from './patch-file.ts'
import { sessionTimes } from './session-times.ts'

/** What the store is to make of a session that is asked for; its patch is kept by then. */
export async function newSession(
  context: Context,
  input: ParsedInputOf<Contract['sessions.create']>,
  caller: Caller,
): Promise<Outcome<NewSession>> {
  const repository = await findRepository(context, input.repository)
  if (!repository.ok) return repository
  const times = sessionTimes(input, context.sessions)
  if (!times.ok) return times
  const { patch } = input
  const sha256 = patch === undefined ? null : await storePatch(context.files, patch)
  return done({
    repository: repository.value.id,
    owner: caller.credential.user_id,
    revision: input.commit ?? null,
    label: input.label,
    patch_sha256: sha256,
    three_way: input.three_way,
    commands: input.commands,
    secrets: input.secrets,
    limits: defaultLimits(context.commands),
    artifacts: input.artifacts,
    ...times.value,
    offline: input.offline,
    environment: input.environment ?? context.environments.default,
    submodules: input.submodules ?? context.sessions.submodules,
    most: context.sessions.per_owner,
    now: now(context),
  })
}
