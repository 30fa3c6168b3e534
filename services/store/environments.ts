import { type ExpressionBuilder, type RawBuilder, sql, type Transaction } from 'kysely'
import type { CommandStatus } from '../contract/command-state.ts'
import type { EnvironmentManager } from '../contract/environment-state.ts'
import { type EnvironmentId, environmentId, type SessionId } from '../contract/ids.ts'
import { commandsBy, type WaitingCommand, waitingColumns } from './command-queue.ts'
import { compiledQuery } from './compiled-query.ts'
import { isBefore, type Place } from './place.ts'
import { beginsLike, type Resolved, resolved, type Visibility } from './references.ts'
import type { EnvironmentRow, Schema } from './schema.ts'
import type { Store } from './store.ts'

/** An environment's row with what else is told of it. */
export type EnvironmentJoined = EnvironmentRow & {
  repository_name: string | null
  owner_name: string
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
    .innerJoin('users', 'users.id', 'environments.owner_id')
    .leftJoin('repositories', 'repositories.id', 'environments.repository_id')
    .leftJoin('commands', 'commands.id', 'environments.command_id')
    .selectAll('environments')
    .select(eb => [
      'users.name as owner_name',
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
    'status', one.status, 'bytes', one.bytes, 'session', one.builder_id, 'command', one.command_id)), '[]') from ${eb
      .selectFrom('session_environments')
      .innerJoin('environments', 'environments.id', 'session_environments.environment_id')
      .leftJoin('commands', 'commands.id', 'environments.command_id')
      .selectAll('environments')
      .select('commands.session_id as builder_id')
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

/** Those that are not on their way out, the newest first, from behind one on. */
export const listEnvironments = (
  store: Store,
  wanted: {
    visible: Visibility
    manager?: EnvironmentManager | undefined
    after?: Place | undefined
    limit: number
  },
): Promise<EnvironmentJoined[]> =>
  store.read(database => {
    let query = selectEnvironments(database)
      .where('environments.status', '!=', 'evicted')
      .orderBy('environments.created_at', 'desc')
      .orderBy('environments.id', 'desc')
      .limit(wanted.limit)
    const { visible, manager, after } = wanted
    if (after !== undefined) query = query.where(isBefore('environments', after))
    if (visible !== 'all') query = query.where('environments.owner_id', '=', visible.owner)
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
      await (visible === 'all' ? like : like.where('environments.owner_id', '=', visible.owner)).execute(),
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

/** Builds that are queued, oldest first. They run while their sessions start. */
export const readyBuilds = (store: Store, most: number): Promise<WaitingCommand[]> =>
  store.read(database => buildsQuery(database, { most }))

const buildsQuery = compiledQuery<{ most: number }, WaitingCommand>((database, parameter) =>
  database
    .selectFrom(commandsBy('commands_builds'))
    .innerJoin('sessions', 'sessions.id', 'commands.session_id')
    .select(waitingColumns)
    .where(sql<boolean>`commands.status = 'queued' and commands.environment_id is not null`)
    .where('sessions.status', '=', 'starting')
    .orderBy('commands.created_at')
    .limit(parameter('most')),
)
