import type { Transaction } from 'kysely'
import type { CommandLimits } from '../contract/command-limits.ts'
import type { EnvironmentManager } from '../contract/environment-state.ts'
import type { EnvironmentId, RepositoryId, RunnerToken, SessionId, UserId } from '../contract/ids.ts'
import { insertCommand } from './new-command.ts'
import type { EnvironmentRow, Schema } from './schema.ts'
import type { Store } from './store.ts'

/** How sessions come to have environments: by one that is there, or by one that they have built. */

export type WantedEnvironment = {
  session: SessionId
  /** Among those of the session. */
  position: number
  key: string
  /** The runner that starts the session. */
  by: RunnerToken
  now: string
}

/**
 * Has a session have the environment of this key, if there is one that is being built or ready. Undefined where there is
 * none, or where the session is another runner's by now.
 */
export const joinEnvironment = (
  store: Store,
  wanted: WantedEnvironment,
): Promise<Pick<EnvironmentRow, 'id' | 'status'> | undefined> =>
  store.write(transaction => join(transaction, wanted))

export type NewEnvironment = WantedEnvironment & {
  id: EnvironmentId
  repository: RepositoryId
  owner: UserId
  manager: EnvironmentManager
  /** The shell line that builds it. */
  line: string
  /** How long that may take, in seconds. */
  timeout: number
  limits: CommandLimits
}

/**
 * As `joinEnvironment`; where there is none, makes one with the command that builds it: `built` tells which it was. Of
 * all that ask at once one alone makes it, for the store writes one after the other.
 */
export const claimEnvironment = (
  store: Store,
  wanted: NewEnvironment,
): Promise<{ id: EnvironmentId; mine: boolean } | undefined> =>
  store.write(async transaction => {
    const there = await join(transaction, wanted)
    if (there !== undefined) return { id: there.id, mine: false }
    if (!(await isStarting(transaction, wanted))) return undefined
    const { id, repository, owner, manager, key, now } = wanted
    const command = await insertCommand(transaction, {
      session: wanted.session,
      command: wanted.line,
      directory: '.',
      environment: {},
      timeout: wanted.timeout,
      limits: wanted.limits,
      merge: true,
      // It begins with an empty directory each time.
      idempotent: true,
      environmentToBuild: id,
      now,
    })
    await transaction
      .insertInto('environments')
      .values({
        ...{
          id,
          repository_id: repository,
          owner_id: owner,
          manager,
          key,
          status: 'building' as const,
        },
        ...{ failure_json: null, command_id: command, bytes: null, created_at: now, used_at: now },
      })
      .execute()
    await link(transaction, wanted, id)
    return { id, mine: true }
  })

async function join(
  transaction: Transaction<Schema>,
  wanted: WantedEnvironment,
): Promise<Pick<EnvironmentRow, 'id' | 'status'> | undefined> {
  const live = await transaction
    .selectFrom('environments')
    .select(['id', 'status'])
    .where('key', '=', wanted.key)
    .where('status', 'in', ['building', 'ready'])
    .executeTakeFirst()
  if (live === undefined || !(await isStarting(transaction, wanted))) return undefined
  await transaction
    .updateTable('environments')
    .set({ used_at: wanted.now })
    .where('id', '=', live.id)
    .execute()
  await link(transaction, wanted, live.id)
  return live
}

/** Whether the session is starting, by this runner. */
async function isStarting(
  transaction: Transaction<Schema>,
  { session, by }: WantedEnvironment,
): Promise<boolean> {
  const found = await transaction
    .selectFrom('sessions')
    .select('id')
    .where('id', '=', session)
    .where('status', '=', 'starting')
    .where('runner_token', '=', by)
    .executeTakeFirst()
  return found !== undefined
}

/** In place of what the session had there before. */
async function link(
  transaction: Transaction<Schema>,
  { session, position }: WantedEnvironment,
  environment: EnvironmentId,
): Promise<void> {
  await transaction
    .deleteFrom('session_environments')
    .where('session_id', '=', session)
    .where(eb => eb.or([eb('position', '=', position), eb('environment_id', '=', environment)]))
    .execute()
  await transaction
    .insertInto('session_environments')
    .values({ session_id: session, environment_id: environment, position })
    .execute()
}
