import type { Transaction } from 'kysely'
import type { CommandUsage } from '../contract/command-limits.ts'
import {
  type CommandFailure,
  type CommandStatus,
  commandHasEnded,
  commandSourcesOf,
} from '../contract/command-state.ts'
import { type CommandId, commandId, type RunnerToken, type SessionId } from '../contract/ids.ts'
import { noteActivityOf } from './activity.ts'
import { insertArtifacts, type KeptFiles } from './artifacts.ts'
import { cancelFollowers, neverStarted } from './command-dependencies.ts'
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

export const listCommands = (store: Store, session: SessionId): Promise<CommandRow[]> =>
  store.read(database =>
    database
      .selectFrom('commands')
      .selectAll()
      .where('session_id', '=', session)
      .orderBy('sequence')
      .execute(),
  )

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
    return resolved(
      await (visible === 'all' ? like : like.where('owner_token_id', '=', visible.owner)).execute(),
    )
  })
}

export const commandsIn = (store: Store, ...statuses: CommandStatus[]): Promise<CommandRow[]> =>
  store.read(database =>
    database.selectFrom('commands').selectAll().where('status', 'in', statuses).execute(),
  )

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

/**
 * Takes a queued command for running, with its lease for the runner `by`. Tells the how many-eth attempt it is: 1 nearly
 * always. Undefined where another has taken or cancelled it, or where that runner has been ended.
 */
export const startCommand = (
  store: Store,
  id: CommandId,
  now: string,
  by: RunnerToken | null = null,
): Promise<number | undefined> =>
  store.write(async transaction => {
    const query = transaction
      .updateTable('commands')
      .set(eb => ({
        status: 'running',
        started_at: now,
        runner_token: by,
        attempts: eb('attempts', '+', 1),
        enforcement: 'sampled',
        stdout_bytes: null,
        stderr_bytes: null,
      }))
      .where('id', '=', id)
      .where('status', 'in', commandSourcesOf('running'))
      .returning('attempts')
    const row = await (by === null ? query : query.where(isRegistered(by))).executeTakeFirst()
    return row?.attempts
  })

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
  by: RunnerToken | null = null,
): Promise<boolean> {
  if (!commandHasEnded(to)) throw new RangeError(`${to} is no end of a command`)
  return store.write(async transaction => {
    const query = transaction
      .updateTable('commands')
      .set({
        status: to,
        runner_token: null,
        exit_code: end.exit_code,
        failure_json: end.failure === null ? null : JSON.stringify(end.failure),
        stdout_bytes: end.stdout_bytes,
        stderr_bytes: end.stderr_bytes,
        collection_json: end.kept === undefined ? null : JSON.stringify(end.kept.collection),
        truncated: end.truncated === true ? 1 : 0,
        usage_json: end.usage == null ? null : JSON.stringify(end.usage),
        ended_at: now,
      })
      .where('id', '=', id)
      .where('status', 'in', commandSourcesOf(to))
    const { numUpdatedRows } = await (by === null
      ? query
      : query.where('runner_token', '=', by)
    ).executeTakeFirst()
    if (numUpdatedRows === 0n) return false
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
            .where('sessions.status', '=', 'running')
            .where('sessions.delete_requested', '=', 0),
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
    .where('status', '=', 'queued')
    .execute()
}
