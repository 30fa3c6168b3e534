import type { Transaction } from 'kysely'
import {
  type CommandFailure,
  type CommandStatus,
  commandHasEnded,
  commandSourcesOf,
} from '../contract/command-state.ts'
import type { CommandLine } from '../contract/fields.ts'
import { type CommandId, commandId, type RunnerToken, type SessionId } from '../contract/ids.ts'
import { noteActivity, noteActivityOf } from './activity.ts'
import { beginsLike, type Resolved, resolved, type Visibility } from './references.ts'
import { isRegistered } from './runners.ts'
import type { CommandRow, Schema } from './schema.ts'
import type { Store } from './store.ts'

export type NewCommand = {
  session: SessionId
  command: CommandLine
  directory: string
  environment: Record<string, string>
  timeout: number | null
  /** The command that must have succeeded before. */
  after: CommandId | null
  now: string
}

/** Queues a command. Undefined where the session takes no more commands. */
export function queueCommand(store: Store, wanted: NewCommand): Promise<CommandId | undefined> {
  return store.write(async transaction =>
    (await takesCommands(transaction, wanted.session)) ? insertCommand(transaction, wanted) : undefined,
  )
}

export async function takesCommands(transaction: Transaction<Schema>, session: SessionId): Promise<boolean> {
  const found = await transaction
    .selectFrom('sessions')
    .select('id')
    .where('id', '=', session)
    .where('status', 'in', ['pending', 'starting', 'running'])
    .where('delete_requested', '=', 0)
    .executeTakeFirst()
  return found !== undefined
}

export async function insertCommand(
  transaction: Transaction<Schema>,
  wanted: NewCommand,
): Promise<CommandId> {
  const id = commandId.create()
  const { highest } = await transaction
    .selectFrom('commands')
    .select(eb => eb.fn.max('sequence').as('highest'))
    .where('session_id', '=', wanted.session)
    .executeTakeFirstOrThrow()
  await transaction
    .insertInto('commands')
    .values({
      id,
      session_id: wanted.session,
      sequence: Number(highest ?? 0) + 1,
      after_command_id: wanted.after,
      command_json: JSON.stringify(wanted.command),
      directory: wanted.directory,
      environment_json: JSON.stringify(wanted.environment),
      timeout_seconds: wanted.timeout,
      status: 'queued',
      cancel_requested: 0,
      runner_token: null,
      exit_code: null,
      failure_json: null,
      stdout_bytes: null,
      stderr_bytes: null,
      created_at: wanted.now,
      started_at: null,
      ended_at: null,
    })
    .execute()
  await noteActivity(transaction, wanted.session, wanted.now)
  return id
}

export const getCommand = (store: Store, id: CommandId): Promise<CommandRow | undefined> =>
  store.read(database => database.selectFrom('commands').selectAll().where('id', '=', id).executeTakeFirst())

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

/**
 * Queued commands of running sessions whose earlier command, if they wait for one, has succeeded; oldest first, and of
 * each session the first `perSession`, so that a long queue of one hides no other. Without debuggees, which wait in no
 * queue.
 */
export const readyCommands = (store: Store, perSession: number): Promise<CommandRow[]> =>
  store.read(database =>
    database
      .with('ready', query =>
        query
          .selectFrom('commands')
          .innerJoin('sessions', 'sessions.id', 'commands.session_id')
          .leftJoin('commands as earlier', 'earlier.id', 'commands.after_command_id')
          .selectAll('commands')
          .select(eb =>
            eb.fn
              .agg<number>('row_number')
              .over(over => over.partitionBy('commands.session_id').orderBy('commands.sequence'))
              .as('turn'),
          )
          .where('commands.status', '=', 'queued')
          .where('sessions.status', '=', 'running')
          .where(eb =>
            eb.not(
              eb.exists(
                eb
                  .selectFrom('debug_sessions')
                  .select('debug_sessions.id')
                  .whereRef('debug_sessions.command_id', '=', 'commands.id'),
              ),
            ),
          )
          .where(eb => eb.or([eb('earlier.id', 'is', null), eb('earlier.status', '=', 'succeeded')])),
      )
      .selectFrom('ready')
      .selectAll()
      .where('turn', '<=', perSession)
      .orderBy('created_at')
      .orderBy('sequence')
      .execute(),
  )

export const commandsIn = (store: Store, ...statuses: CommandStatus[]): Promise<CommandRow[]> =>
  store.read(database =>
    database.selectFrom('commands').selectAll().where('status', 'in', statuses).execute(),
  )

export type CommandEnd = {
  exit_code: number | null
  failure: CommandFailure | null
  stdout_bytes: number
  stderr_bytes: number
}

/**
 * Takes a queued command for running, with its lease for the runner `by`. False where another has taken or cancelled
 * it, or where that runner has been ended.
 */
export const startCommand = (
  store: Store,
  id: CommandId,
  now: string,
  by: RunnerToken | null = null,
): Promise<boolean> =>
  store.write(async transaction => {
    const query = transaction
      .updateTable('commands')
      .set({ status: 'running', started_at: now, runner_token: by })
      .where('id', '=', id)
      .where('status', 'in', commandSourcesOf('running'))
    const { numUpdatedRows } = await (by === null ? query : query.where(isRegistered(by))).executeTakeFirst()
    return numUpdatedRows > 0n
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
    if (to !== 'succeeded') await cancelFollowers(transaction, id, now)
    return true
  })
}

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

async function cancelFollowers(transaction: Transaction<Schema>, id: CommandId, now: string): Promise<void> {
  let ended: CommandId[] = [id]
  while (ended.length > 0) {
    const followers = await transaction
      .updateTable('commands')
      .set(neverStarted('earlier_command_failed', 'the command before it did not succeed', now))
      .where('after_command_id', 'in', ended)
      .where('status', '=', 'queued')
      .returning('id')
      .execute()
    ended = followers.map(row => row.id)
  }
}

const neverStarted = (reason: CommandFailure['reason'], message: string, now: string) => ({
  status: 'cancelled' as const,
  failure_json: JSON.stringify({ reason, message } satisfies CommandFailure),
  stdout_bytes: 0,
  stderr_bytes: 0,
  ended_at: now,
})
