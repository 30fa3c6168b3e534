import { sql, type Transaction } from 'kysely'
import { toInstant } from '../../lib/clock.ts'
import { note } from '../../lib/subject.ts'
import type { CommandLimits } from '../contract/command-limits.ts'
import type { EnvironmentChoice } from '../contract/environment-state.ts'
import type { CommandLine } from '../contract/fields.ts'
import {
  type CommandId,
  type RepositoryId,
  type RunnerToken,
  type SessionId,
  sessionId,
  type UserId,
} from '../contract/ids.ts'
import type { Isolation } from '../contract/isolation.ts'
import type { SessionStatus } from '../contract/session-state.ts'
import type { SubmoduleChoice } from '../contract/submodules.ts'
import { compiledQuery } from './compiled-query.ts'
import { environmentsOfSession } from './environments.ts'
import { insertCommand } from './new-command.ts'
import { beginsLike, type Resolved, resolved, type Visibility } from './references.ts'
import { type MirroredSubmodule, type SessionJoined, submodulesOf } from './rows.ts'
import type { Schema, SessionRow } from './schema.ts'
import { hasRoom } from './session-limit.ts'
import { insertSecrets } from './session-secrets.ts'
import type { Store } from './store.ts'
import { presentTrace } from './trace-column.ts'

export type NewSession = {
  repository: RepositoryId
  owner: UserId
  revision: string | null
  /** What its owner calls it by. */
  label?: string | undefined
  patch_sha256: string | null
  /** Whether the patch may be merged where it does not fit. */
  three_way?: boolean
  /** Run one after the other; the rest is cancelled when one fails. */
  commands: readonly CommandLine[]
  /** Of each of them. */
  limits?: CommandLimits
  /** Environment variables of its commands, masked wherever its logs are read. */
  secrets?: Readonly<Record<string, string>>
  /** Patterns of the files to keep of each of them when it has ended. */
  artifacts?: readonly string[]
  /** Seconds; 0: any time. */
  ttl: number
  idle_timeout: number
  /** Without network. */
  offline: boolean
  /** Which environments it is to have; without: none. */
  environment?: readonly EnvironmentChoice[]
  /** Which submodules it is to have; without: none. */
  submodules?: SubmoduleChoice
  /** How many sessions that have not ended its owner may have, this one included. */
  most: number
  now: string
}

/** Undefined where its owner has as many as they may have. */
export const createSession = (store: Store, wanted: NewSession): Promise<SessionId | undefined> =>
  store.write(transaction => insertSession(transaction, wanted))

/** As `createSession`, within a transaction. */
export async function insertSession(
  transaction: Transaction<Schema>,
  wanted: NewSession,
): Promise<SessionId | undefined> {
  if (!(await hasRoom(transaction, wanted.owner, wanted.most))) return undefined
  const id = sessionId.create()
  note({ session: id })
  await transaction
    .updateTable('repositories')
    .set({ used_at: wanted.now })
    .where('id', '=', wanted.repository)
    .execute()
  await transaction
    .insertInto('sessions')
    .values({
      id,
      repository_id: wanted.repository,
      owner_id: wanted.owner,
      revision: wanted.revision,
      label: wanted.label ?? null,
      commit_id: null,
      patch_sha256: wanted.patch_sha256,
      three_way: wanted.three_way === true ? 1 : 0,
      status: 'pending',
      failure_json: null,
      delete_requested: 0,
      runner_token: null,
      created_at: wanted.now,
      started_at: null,
      ended_at: null,
      end_reason: null,
      offline: wanted.offline ? 1 : 0,
      isolation: null,
      ttl_seconds: wanted.ttl,
      expires_at: later(wanted.now, wanted.ttl),
      idle_timeout_seconds: wanted.idle_timeout,
      last_active_at: wanted.now,
      idle_check_at: later(wanted.now, wanted.idle_timeout),
      environment_json: JSON.stringify(wanted.environment ?? ['none']),
      submodule_choice: wanted.submodules ?? 'none',
      submodules_json: '[]',
      trace_json: presentTrace(),
    })
    .execute()
  await insertSecrets(transaction, id, wanted.secrets ?? {})
  let after: CommandId[] = []
  for (const command of wanted.commands) {
    const last = await insertCommand(transaction, {
      session: id,
      command,
      directory: '.',
      environment: {},
      timeout: null,
      artifacts: wanted.artifacts ?? [],
      after,
      ...(wanted.limits === undefined ? {} : { limits: wanted.limits }),
      now: wanted.now,
    })
    after = [last]
  }
  return id
}

/** The instant so many seconds after another; null where there is none, as 0 says. */
export const later = (instant: string, seconds: number): string | null =>
  seconds === 0 ? null : toInstant(Date.parse(instant) + seconds * 1_000)

const joined =
  (store: Store) =>
  <T>(work: (query: ReturnType<typeof selectJoined>) => Promise<T>): Promise<T> =>
    store.read(database => work(selectJoined(database)))

/** Sessions with the names of their repositories and owners, and their environments. */
export const selectJoined = (database: Pick<Transaction<Schema>, 'selectFrom'>) =>
  database
    .selectFrom('sessions')
    .innerJoin('repositories', 'repositories.id', 'sessions.repository_id')
    .innerJoin('users', 'users.id', 'sessions.owner_id')
    .selectAll('sessions')
    .select(eb => [
      'repositories.name as repository_name',
      'users.name as owner_name',
      environmentsOfSession(eb).as('environments_json'),
    ])

export const getSession = async (store: Store, id: SessionId): Promise<SessionJoined | undefined> =>
  (await store.read(database => sessionQuery(database, { id })))[0]

const sessionQuery = compiledQuery<{ id: SessionId }, SessionJoined>((database, parameter) =>
  selectJoined(database).where('sessions.id', '=', parameter('id')),
)

/** Finds a session by id, unique beginning, or `@last`: the latest one of `caller`'s. */
export async function resolveSession(
  store: Store,
  reference: string,
  caller: UserId,
  visible: Visibility,
): Promise<Resolved<SessionJoined>> {
  const id = sessionId.schema.safeParse(reference)
  if (id.success) {
    const [found] = await store.recall(sessionQuery, { id: id.data })
    const isSeen = found !== undefined && (visible === 'all' || found.owner_id === visible.owner)
    return isSeen ? { found: true, value: found } : { found: false, reason: 'none' }
  }
  return joined(store)(async query => {
    if (reference === '@last')
      return resolved(
        await query.where('owner_id', '=', caller).orderBy('position', 'desc').limit(1).execute(),
      )
    const like = query.where(beginsLike('sessions.id', sessionId.prefix, reference)).limit(3)
    return resolved(await (visible === 'all' ? like : like.where('owner_id', '=', visible.owner)).execute())
  })
}

export type WantedSessions = {
  readonly visible: Visibility
  readonly status?: SessionStatus | undefined
  /** The names of a repository and of a user. */
  readonly repository?: string | undefined
  readonly owner?: string | undefined
  readonly label?: string | undefined
  /** Only those created at this instant or later. */
  readonly since?: string | undefined
  /** Only those behind the session at this position. */
  readonly after?: number | undefined
  readonly limit: number
}

/** The latest sessions, newest first. */
export function listSessions(store: Store, wanted: WantedSessions): Promise<SessionJoined[]> {
  const { visible, status, repository, owner, label, since, after } = wanted
  return joined(store)(query => {
    let selected = query.orderBy('position', 'desc').limit(wanted.limit)
    if (visible !== 'all') selected = selected.where('owner_id', '=', visible.owner)
    if (status !== undefined) selected = selected.where('sessions.status', '=', status)
    if (repository !== undefined) selected = selected.where('repositories.name', '=', repository)
    if (owner !== undefined) selected = selected.where(sql<boolean>`lower(users.name) = lower(${owner})`)
    if (label !== undefined) selected = selected.where('label', '=', label)
    if (since !== undefined) selected = selected.where('sessions.created_at', '>=', since)
    if (after !== undefined) selected = selected.where('position', '<', after)
    return selected.execute()
  })
}

export const sessionsIn = (store: Store, ...statuses: SessionStatus[]): Promise<SessionJoined[]> =>
  joined(store)(query => query.where('sessions.status', 'in', statuses).orderBy('position').execute())

const unsettledQuery = compiledQuery<Record<never, never>, SessionJoined>(database =>
  selectJoined(database)
    .where('sessions.status', 'in', ['pending', 'starting', 'stopping'])
    .orderBy('position'),
)

/** Sessions on their way into or out of running, in the order of their creation. */
export const unsettledSessions = (store: Store): Promise<SessionJoined[]> =>
  store.read(database => unsettledQuery(database, {}))

const toRemoveQuery = compiledQuery<Record<never, never>, SessionJoined>(database =>
  selectJoined(database)
    .where('delete_requested', '=', 1)
    .where('sessions.status', 'in', ['stopped', 'failed']),
)

/** Sessions whose removal was asked for and that have ended: nothing of them runs any more. */
export const sessionsToRemove = (store: Store): Promise<SessionJoined[]> =>
  store.read(database => toRemoveQuery(database, {}))

/** What says how a command of a session is run. Undefined where the session is gone. */
export const isolationOf = (store: Store, id: SessionId): Promise<IsolationRow | undefined> =>
  store.read(async database => (await isolationQuery(database, { id }))[0])

export type IsolationRow = Pick<SessionRow, 'repository_id' | 'offline' | 'isolation' | 'submodules_json'>

const isolationQuery = compiledQuery<{ id: SessionId }, IsolationRow>((database, parameter) =>
  database
    .selectFrom('sessions')
    .select(['repository_id', 'offline', 'isolation', 'submodules_json'])
    .where('id', '=', parameter('id')),
)

export type NotedWorktree = {
  commit: string
  isolation: Isolation
  submodules: readonly MirroredSubmodule[]
  by: RunnerToken
}

/**
 * That a session which is starting has its worktree, at this commit and with these submodules, and how its commands are
 * kept apart. False where the runner `by` has its lease no more.
 */
export const noteWorktree = (
  store: Store,
  id: SessionId,
  { commit, isolation, submodules, by }: NotedWorktree,
): Promise<boolean> =>
  store.write(async transaction => {
    const { numUpdatedRows } = await transaction
      .updateTable('sessions')
      .set({ commit_id: commit, isolation, submodules_json: JSON.stringify(submodules) })
      .where('id', '=', id)
      .where('status', '=', 'starting')
      .where('runner_token', '=', by)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  })

/** The submodules that sessions of a repository have, ended ones too. */
export const submodulesOfRepository = (store: Store, id: RepositoryId): Promise<MirroredSubmodule[]> =>
  store.read(async database => {
    const rows = await database
      .selectFrom('sessions')
      .select('submodules_json')
      .distinct()
      .where('repository_id', '=', id)
      .execute()
    return rows.flatMap(submodulesOf)
  })
