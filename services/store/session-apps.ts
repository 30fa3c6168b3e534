import { sql } from 'kysely'
import type { CommandLimits } from '../contract/command-limits.ts'
import { commandHasEnded } from '../contract/command-state.ts'
import type { CommandId, RunnerToken, SessionId } from '../contract/ids.ts'
import { commandsBy, type WaitingCommand, waitingColumns } from './command-queue.ts'
import { compiledQuery } from './compiled-query.ts'
import { insertCommand, takesCommands } from './new-command.ts'
import type { CommandRow } from './schema.ts'
import type { Store } from './store.ts'

/** Apps of sessions: commands that bear a name, of which one at the most lives in each session. */

export type NewApp = {
  readonly session: SessionId
  readonly app: string
  /** As it is configured: what stands in braces is filled in where it is launched. */
  readonly command: readonly [string, ...string[]]
  readonly environment: Readonly<Record<string, string>>
  readonly limits: CommandLimits
  readonly now: string
}

const lastQuery = compiledQuery<{ session: SessionId; app: string }, CommandRow>((database, parameter) =>
  database
    .selectFrom('commands')
    .selectAll()
    .where('session_id', '=', parameter('session'))
    .where('app', '=', parameter('app'))
    .orderBy('sequence', 'desc')
    .limit(1),
)

/** What was the app last, whether it lives or not. */
export const lastOfApp = async (
  store: Store,
  session: SessionId,
  app: string,
): Promise<CommandRow | undefined> => (await store.read(database => lastQuery(database, { session, app })))[0]

/** What every app of a session was last, by its name. */
export const lastOfApps = (store: Store, session: SessionId): Promise<ReadonlyMap<string, CommandRow>> =>
  store.read(async database => {
    const rows = await database
      .selectFrom('commands')
      .selectAll()
      .where('session_id', '=', session)
      .where('app', 'is not', null)
      .where(eb =>
        eb(
          'sequence',
          '=',
          eb
            .selectFrom('commands as later')
            .select(({ fn }) => fn.max('later.sequence').as('last'))
            .whereRef('later.session_id', '=', 'commands.session_id')
            .whereRef('later.app', '=', 'commands.app'),
        ),
      )
      .execute()
    return new Map(rows.flatMap(row => (row.app === null ? [] : [[row.app, row]])))
  })

/**
 * The app as it lives, or newly queued. `mayStart`: whether it may be begun anew after the one that has ended. Otherwise that
 * one; undefined where the session takes no more commands.
 */
export const queueApp = (
  store: Store,
  { session, app, command, environment, limits, now }: NewApp,
  mayStart: (last: CommandRow) => boolean,
): Promise<CommandRow | undefined> =>
  store.write(async transaction => {
    const [last] = await lastQuery(transaction, { session, app })
    if (last !== undefined && (!commandHasEnded(last.status) || !mayStart(last))) return last
    if (!(await takesCommands(transaction, session))) return undefined
    await insertCommand(transaction, {
      ...{ session, app, command: [...command], environment: { ...environment }, now },
      ...{ directory: '.', timeout: null, merge: true, limits },
    })
    return (await lastQuery(transaction, { session, app }))[0]
  })

/** Queued apps of running sessions. Those are not among `readyCommands`. */
export const readyApps = (store: Store): Promise<WaitingCommand[]> =>
  store.read(database => waitingApps(database, {}))

const waitingApps = compiledQuery<Record<never, never>, WaitingCommand>(database =>
  database
    .selectFrom(commandsBy('commands_live_apps'))
    .innerJoin('sessions', 'sessions.id', 'commands.session_id')
    .select(waitingColumns)
    .where(sql<boolean>`commands.app is not null and commands.status in ('queued', 'running')`)
    .where(sql<boolean>`commands.status = 'queued'`)
    .where('sessions.status', '=', 'running'),
)

/** Where an app that is being launched is to listen. */
export const noteAppPort = (store: Store, id: CommandId, port: number, by: RunnerToken): Promise<void> =>
  note(store, id, { app_port: port }, by)

/** That it answers. */
export const noteAppReady = (store: Store, id: CommandId, now: string, by: RunnerToken): Promise<void> =>
  note(store, id, { app_ready_at: now }, by)

const note = (
  store: Store,
  id: CommandId,
  what: Partial<Pick<CommandRow, 'app_port' | 'app_ready_at'>>,
  by: RunnerToken,
): Promise<void> =>
  store.write(async transaction => {
    await transaction
      .updateTable('commands')
      .set(what)
      .where('id', '=', id)
      .where('runner_token', '=', by)
      .execute()
  })
