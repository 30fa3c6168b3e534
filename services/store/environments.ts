import { type Expression, type ExpressionBuilder, type RawBuilder, sql, type Transaction } from 'kysely'
import type { CommandLimits } from '../contract/command-limits.ts'
import type { CommandStatus } from '../contract/command-state.ts'
import {
  type EnvironmentFailure,
  type EnvironmentManager,
  type EnvironmentStatus,
  environmentSourcesOf,
} from '../contract/environment-state.ts'
import {
  type CommandId,
  type EnvironmentId,
  environmentId,
  type RepositoryId,
  type RunnerToken,
  type SessionId,
  type TokenId,
} from '../contract/ids.ts'
import { compiledQuery } from './compiled-query.ts'
import { insertCommand } from './new-command.ts'
import { beginsLike, type Resolved, resolved, type Visibility } from './references.ts'
import type { CommandRow, EnvironmentRow, Schema } from './schema.ts'
import type { Store } from './store.ts'

/** An environment's row with what else is told of it. */
export type EnvironmentJoined = EnvironmentRow & {
  repository_name: string | null
  /** The session of the command that builds it. */
  builder_id: SessionId | null
  /** The line of that command, as JSON, and how it stands. */
  build_json: string | null
  build_status: CommandStatus | null
  /** How many sessions have it that may go on. */
  sessions: number
}

export const selectEnvironments = (database: Pick<Transaction<Schema>, 'selectFrom'>) =>
  database
    .selectFrom('environments')
    .leftJoin('repositories', 'repositories.id', 'environments.repository_id')
    .leftJoin('commands', 'commands.id', 'environments.command_id')
    .selectAll('environments')
    .select(eb => [
      'repositories.name as repository_name',
      'commands.session_id as builder_id',
      'commands.command_json as build_json',
      'commands.status as build_status',
      usersOf(eb)
        .select(inner => inner.fn.countAll<number>().as('count'))
        .as('sessions'),
    ])
    .$castTo<EnvironmentJoined>()

/** The sessions that have it and are not over for good. */
export const usersOf = (eb: ExpressionBuilder<Schema, 'environments'>) =>
  eb
    .selectFrom('session_environments')
    .innerJoin('sessions', 'sessions.id', 'session_environments.session_id')
    .whereRef('session_environments.environment_id', '=', 'environments.id')
    .where('sessions.status', '!=', 'failed')

/** What a session tells of its environments, as JSON. */
export const environmentsOfSession = (eb: ExpressionBuilder<Schema, 'sessions'>): RawBuilder<string> =>
  sql<string>`(select coalesce(json_group_array(json_object('id', one.id, 'manager', one.manager, 'key', one.key,
    'status', one.status, 'bytes', one.bytes)), '[]') from ${eb
      .selectFrom('session_environments')
      .innerJoin('environments', 'environments.id', 'session_environments.environment_id')
      .selectAll('environments')
      .whereRef('session_environments.session_id', '=', 'sessions.id')
      .orderBy('position')} as one)`

export const getEnvironment = (store: Store, id: EnvironmentId): Promise<EnvironmentJoined | undefined> =>
  store.read(database => selectEnvironments(database).where('environments.id', '=', id).executeTakeFirst())

/** The one of this key that is being built, if any. */
export const environmentInBuilding = (store: Store, key: string): Promise<EnvironmentJoined | undefined> =>
  store.read(database =>
    selectEnvironments(database)
      .where('environments.key', '=', key)
      .where('environments.status', '=', 'building')
      .executeTakeFirst(),
  )

/** Those that are not on their way out, the one used last first. */
export const listEnvironments = (
  store: Store,
  wanted: { visible: Visibility; manager?: EnvironmentManager | undefined; limit: number },
): Promise<EnvironmentJoined[]> =>
  store.read(database => {
    let query = selectEnvironments(database)
      .where('environments.status', '!=', 'evicted')
      .orderBy('environments.used_at', 'desc')
      .orderBy('environments.id')
      .limit(wanted.limit)
    const { visible, manager } = wanted
    if (visible !== 'all') query = query.where('environments.owner_token_id', '=', visible.owner)
    if (manager !== undefined) query = query.where('environments.manager', '=', manager)
    return query.execute()
  })

export const resolveEnvironment = (
  store: Store,
  reference: string,
  visible: Visibility,
): Promise<Resolved<EnvironmentJoined>> =>
  store.read(async database => {
    const like = selectEnvironments(database)
      .where(beginsLike('environments.id', environmentId.prefix, reference))
      .limit(3)
    return resolved(
      await (visible === 'all'
        ? like
        : like.where('environments.owner_token_id', '=', visible.owner)
      ).execute(),
    )
  })

/** Those that a session has, in their order. */
export const environmentsOf = (
  store: Store,
  session: SessionId,
): Promise<Pick<EnvironmentRow, 'id' | 'manager' | 'status'>[]> =>
  store.read(database => sessionQuery(database, { session }))

const sessionQuery = compiledQuery<{ session: SessionId }, Pick<EnvironmentRow, 'id' | 'manager' | 'status'>>(
  (database, parameter) =>
    database
      .selectFrom('session_environments')
      .innerJoin('environments', 'environments.id', 'session_environments.environment_id')
      .select(['environments.id', 'environments.manager', 'environments.status'])
      .where('session_environments.session_id', '=', parameter('session'))
      .orderBy('position'),
)

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
  owner: TokenId
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
          owner_token_id: owner,
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

/**
 * What a build has come to, as its command tells it; each of those who wait for it may write it down, for all write the
 * same. False where it has been written.
 */
export const endBuild = (
  store: Store,
  id: EnvironmentId,
  command: CommandId | null,
  end: { to: 'ready' } | { to: 'failed'; failure: EnvironmentFailure },
): Promise<boolean> =>
  move(store, id, end.to, eb => eb('command_id', command === null ? 'is' : '=', command), {
    failure_json: end.to === 'failed' ? JSON.stringify(end.failure) : null,
  })

/** Takes one out of use that no session has. False where one has, or where it is being built. */
export const evictEnvironment = (store: Store, id: EnvironmentId): Promise<boolean> =>
  move(store, id, 'evicted', eb => eb.not(eb.exists(usersOf(eb).select('sessions.id'))))

/** Takes one out of use that is damaged, whoever has it. */
export const condemnEnvironment = (store: Store, id: EnvironmentId): Promise<boolean> =>
  move(store, id, 'evicted')

/** The one place where an environment's status changes. */
const move = (
  store: Store,
  id: EnvironmentId,
  to: EnvironmentStatus,
  condition?: (eb: ExpressionBuilder<Schema, 'environments'>) => Expression<unknown>,
  changes: Partial<Pick<EnvironmentRow, 'failure_json'>> = {},
): Promise<boolean> =>
  store.write(async transaction => {
    const query = transaction
      .updateTable('environments')
      .set({ status: to, ...changes })
      .where('id', '=', id)
      .where('status', 'in', environmentSourcesOf(to))
    const { numUpdatedRows } = await (condition === undefined
      ? query
      : query.where(eb => sql<boolean>`${condition(eb)}`)
    ).executeTakeFirst()
    return numUpdatedRows > 0n
  })

/** Builds that are queued, oldest first. They run while their sessions start. */
export const readyBuilds = (store: Store, most: number): Promise<CommandRow[]> =>
  store.read(database => buildsQuery(database, { most }))

const buildsQuery = compiledQuery<{ most: number }, CommandRow>((database, parameter) =>
  database
    .selectFrom('commands')
    .innerJoin('sessions', 'sessions.id', 'commands.session_id')
    .selectAll('commands')
    // Written out, not parameters: only so does the database know that the index fits.
    .where(sql<boolean>`commands.status = 'queued' and commands.environment_id is not null`)
    .where('sessions.status', '=', 'starting')
    .orderBy('commands.created_at')
    .limit(parameter('most')),
)
