import type { Transaction } from 'kysely'
import type { CommandUsage, LimitEnforcement } from '../contract/command-limits.ts'
import {
  type CommandFailure,
  type CommandStatus,
  commandHasEnded,
  commandSourcesOf,
  commandStatuses,
} from '../contract/command-state.ts'
import { type CommandId, commandId, type RunnerToken, type SessionId } from '../contract/ids.ts'
import { noteActivityOf } from './activity.ts'
import { insertArtifacts, type KeptFiles } from './artifacts.ts'
import { cancelFollowers, neverStarted } from './command-dependencies.ts'
import { queued, running } from './command-queue.ts'
import { compiledQuery } from './compiled-query.ts'
import { beginsLike, type Resolved, resolved, type Visibility } from './references.ts'
import { isRegistered } from './runners.ts'
import type { CommandRow, Schema } from './schema.ts'
import type { Store } from './store.ts'

export const getCommand = (store: Store, id: CommandId): Promise<CommandRow | undefined> =>
  store.read(database => database.selectFrom('commands').selectAll().where('id', '=', id).executeTakeFirst())

/** What a command is to read on its standard input; undefined where it has none. */
export const commandInput = (store: Store, id: CommandId): Promise<string | undefined> =>
  store.read(async database => {
    const row = await database
      .selectFrom('command_inputs')
      .select('stdin')
      .where('command_id', '=', id)
      .executeTakeFirst()
    return row?.stdin
  })

/** The commands of a session in their order: all, or so many behind a sequence number; `apps`: its apps among them. */
export const listCommands = (
  store: Store,
  session: SessionId,
  { after, limit, apps = true }: { after?: number | undefined; limit?: number; apps?: boolean } = {},
): Promise<CommandRow[]> =>
  store.read(database => {
    let query = database.selectFrom('commands').selectAll().where('session_id', '=', session)
    if (after !== undefined) query = query.where('sequence', '>', after)
    if (!apps) query = query.where('app', 'is', null)
    if (limit !== undefined) query = query.limit(limit)
    return query.orderBy('sequence').execute()
  })

/** Finds a command by id or unique beginning among the sessions that are visible. */
export function resolveCommand(
  store: Store,
  reference: string,
  visible: Visibility,
): Promise<Resolved<CommandRow>> {
  return store.read(async database => {
    const like = database
      .selectFrom('commands')
      .innerJoin('sessions', 'sessions.id', 'commands.session_id')
      .selectAll('commands')
      .where(beginsLike('commands.id', commandId.prefix, reference))
      .limit(3)
    return resolved(await (visible === 'all' ? like : like.where('owner_id', '=', visible.owner)).execute())
  })
}

const runningQuery = compiledQuery<Record<never, never>, CommandRow>(database =>
  database.selectFrom('commands').selectAll().where('status', '=', running),
)

/** All that have not ended. */
export const liveCommands = (store: Store): Promise<CommandRow[]> =>
  store.read(database => {
    const commands = database.selectFrom('commands').selectAll()
    return commands
      .where('status', '=', queued)
      .unionAll(commands.where('status', '=', running))
      .execute()
  })

export const runningCommands = (store: Store): Promise<CommandRow[]> =>
  store.read(database => runningQuery(database, {}))

export type CommandEnd = {
  exit_code: number | null
  failure: CommandFailure | null
  stdout_bytes: number
  stderr_bytes: number
  /** What was kept of its files, where anything was to be. */
  kept?: KeptFiles | undefined
  /** Its logs were cut at its output limit. */
  truncated?: boolean
  usage?: CommandUsage | null
}

/** A write on behalf of a runner has the condition that it has its lease; tests write without one. */
type Writer = RunnerToken | null

type StartValues = Pick<CommandRow, 'id'> & {
  now: string
  by: RunnerToken | null
  enforcement: LimitEnforcement
}

const startQuery = (by: 'runner' | 'nobody') =>
  compiledQuery<StartValues, CommandRow>((database, parameter) =>
    database
      .updateTable('commands')
      .set(eb => ({
        status: 'running',
        started_at: parameter('now'),
        runner_token: parameter('by'),
        attempts: eb('attempts', '+', 1),
        enforcement: parameter('enforcement'),
        stdout_bytes: null,
        stderr_bytes: null,
      }))
      .where('id', '=', parameter('id'))
      .where('status', 'in', commandSourcesOf('running'))
      .$if(by === 'runner', query => query.where(isRegistered(parameter('by'))))
      .returningAll(),
  )
const startForRunner = startQuery('runner')
const startForNobody = startQuery('nobody')

/**
 * Takes queued commands for running, with their leases for the runner `by`. Tells those that were taken as they are now.
 * Missing are those that another has taken or cancelled; all, where that runner has been
 * ended. `enforcement`: how their limits are kept.
 */
export const startCommands = (
  store: Store,
  ids: readonly CommandId[],
  now: string,
  by: Writer = null,
  enforcement: LimitEnforcement = 'sampled',
): Promise<ReadonlyMap<CommandId, CommandRow>> =>
  store.write(async transaction => {
    const start = by === null ? startForNobody : startForRunner
    const taken = new Map<CommandId, CommandRow>()
    for (const id of ids) {
      const [row] = await start(transaction, { id, now, by, enforcement })
      if (row !== undefined) taken.set(id, row)
    }
    return taken
  })

/** As `startCommands`, of one: undefined where it was not taken. */
export const startCommand = async (
  store: Store,
  id: CommandId,
  now: string,
  by: Writer = null,
): Promise<CommandRow | undefined> => (await startCommands(store, [id], now, by)).get(id)

/** Says that the limits of a command which is being started are kept otherwise than was thought. */
export const noteEnforcement = (
  store: Store,
  id: CommandId,
  enforcement: LimitEnforcement,
  by: RunnerToken,
): Promise<void> =>
  store.write(async transaction => {
    await transaction
      .updateTable('commands')
      .set({ enforcement })
      .where('id', '=', id)
      .where('runner_token', '=', by)
      .execute()
  })

type EndValues = Pick<
  CommandRow,
  | ('id' | 'exit_code' | 'failure_json' | 'stdout_bytes' | 'stderr_bytes' | 'collection_json')
  | ('truncated' | 'usage_json' | 'ended_at')
> & { by: Writer }

const endQuery = (to: CommandStatus, by: 'runner' | 'nobody') =>
  compiledQuery<EndValues, { id: CommandId }>((database, parameter) =>
    database
      .updateTable('commands')
      .set({
        status: to,
        runner_token: null,
        exit_code: parameter('exit_code'),
        failure_json: parameter('failure_json'),
        stdout_bytes: parameter('stdout_bytes'),
        stderr_bytes: parameter('stderr_bytes'),
        collection_json: parameter('collection_json'),
        truncated: parameter('truncated'),
        usage_json: parameter('usage_json'),
        ended_at: parameter('ended_at'),
      })
      .where('id', '=', parameter('id'))
      .where('status', 'in', commandSourcesOf(to))
      .$if(by === 'runner', query => query.where('runner_token', '=', parameter('by')))
      .returning('id'),
  )
const endQueries = new Map(
  commandStatuses
    .filter(commandHasEnded)
    .map(to => [to, { runner: endQuery(to, 'runner'), nobody: endQuery(to, 'nobody') }]),
)

/**
 * Records how a command ended. What waited for its success is cancelled when it did not succeed. Refused where the
 * runner `by` has its lease no more.
 */
export function endCommand(
  store: Store,
  id: CommandId,
  to: CommandStatus,
  end: CommandEnd,
  now: string,
  by: Writer = null,
): Promise<boolean> {
  const query = endQueries.get(to)?.[by === null ? 'nobody' : 'runner']
  if (query === undefined) throw new RangeError(`${to} is no end of a command`)
  return store.write(async transaction => {
    const ended = await query(transaction, {
      ...{ id, by, ended_at: now, exit_code: end.exit_code },
      ...{ stdout_bytes: end.stdout_bytes, stderr_bytes: end.stderr_bytes },
      failure_json: end.failure === null ? null : JSON.stringify(end.failure),
      collection_json: end.kept === undefined ? null : JSON.stringify(end.kept.collection),
      truncated: end.truncated === true ? 1 : 0,
      usage_json: end.usage == null ? null : JSON.stringify(end.usage),
    })
    if (ended.length === 0) return false
    await noteActivityOf(transaction, id, now)
    await insertArtifacts(transaction, end.kept?.artifacts ?? [])
    if (to !== 'succeeded') await cancelFollowers(transaction, id, now)
    return true
  })
}

/** How often a command that may run twice is started at the most. */
const mostAttempts = 3

/**
 * Queues a command again whose end cannot be known, where its client said that it may run twice. Its logs go on where
 * they are: no byte that was read is taken back. False where it is to stay lost: it may not run again, or is to end, or
 * the runner `by` has its lease no more.
 */
export const requeueCommand = (
  store: Store,
  id: CommandId,
  logs: Pick<CommandEnd, 'stdout_bytes' | 'stderr_bytes'>,
  by: RunnerToken | null = null,
): Promise<boolean> =>
  store.write(async transaction => {
    const query = transaction
      .updateTable('commands')
      .set({ status: 'queued', started_at: null, runner_token: null, ...logs })
      .where('id', '=', id)
      .where('status', 'in', commandSourcesOf('queued'))
      .where('idempotent', '=', 1)
      .where('attempts', '<', mostAttempts)
      .where('cancel_requested', '=', 0)
      // What is queued in a session that stops was cancelled when it began to.
      .where(eb =>
        eb.exists(
          eb
            .selectFrom('sessions')
            .select('sessions.id')
            .whereRef('sessions.id', '=', 'commands.session_id')
            // What builds an environment runs while its session starts.
            .where('sessions.status', 'in', ['starting', 'running']),
        ),
      )
    const { numUpdatedRows } = await (by === null
      ? query
      : query.where('runner_token', '=', by)
    ).executeTakeFirst()
    return numUpdatedRows > 0n
  })

/** Asks for a command's end: a queued one is cancelled at once, a running one by its runner. */
export function requestCancel(store: Store, id: CommandId, now: string): Promise<void> {
  return store.write(async transaction => {
    await transaction.updateTable('commands').set({ cancel_requested: 1 }).where('id', '=', id).execute()
    await noteActivityOf(transaction, id, now)
    const { numUpdatedRows } = await transaction
      .updateTable('commands')
      .set(neverStarted('cancelled_by_client', 'cancelled before it started', now))
      .where('id', '=', id)
      .where('status', '=', 'queued')
      .executeTakeFirst()
    if (numUpdatedRows > 0n) await cancelFollowers(transaction, id, now)
  })
}

/** Cancels all that is queued in a session. */
export async function cancelQueuedCommands(
  transaction: Transaction<Schema>,
  session: SessionId,
  reason: 'session_stopped' | 'session_failed',
  now: string,
): Promise<void> {
  const message = reason === 'session_stopped' ? 'the session was stopped' : 'the session failed'
  await transaction
    .updateTable('commands')
    .set(neverStarted(reason, message, now))
    .where('session_id', '=', session)
    .where('status', '=', queued)
    .execute()
}
