import { type ExpressionBuilder, type RawBuilder, sql } from 'kysely'
import type { CommandStatus } from '../contract/command-state.ts'
import type { SessionId } from '../contract/ids.ts'
import { waitsForNone } from './command-dependencies.ts'
import { compiledQuery } from './compiled-query.ts'
import type { CommandRow, Schema } from './schema.ts'
import type { Store } from './store.ts'

/** What is to be known of a command that may start, until it is taken: `startCommands` tells all of it then. */
export type WaitingCommand = Pick<CommandRow, 'id' | 'session_id' | 'sequence' | 'created_at'>

export const waitingColumns = [
  'commands.id',
  'commands.session_id',
  'commands.sequence',
  'commands.created_at',
] as const

/** The table by one of its indexes of what is queued, which has to be named: the database would look at all that is. */
export const commandsBy = (index: 'commands_builds' | 'commands_debuggees' | 'commands_live_apps') =>
  sql<CommandRow>`commands`.as<'commands'>(sql.raw(`commands indexed by ${index}`))

/**
 * Commands that may start: queued ones of running sessions that wait for no other, oldest first. Enough of them to choose
 * `most` from, as long as those come first whose session has the fewest running, as `load` tells it. Without debuggees
 * and apps, which wait in no queue.
 *
 * One query for the sessions and one for each that can have its turn, for in a single one the whole queue would be looked
 * at each time, and this is asked at every end of a command.
 */
export const readyCommands = (
  store: Store,
  most: number,
  load: (session: SessionId) => number = () => 0,
): Promise<WaitingCommand[]> =>
  store.read(async database => {
    const sessions = (await heads(database, {}))
      .flatMap(({ id, head }) => (head === null ? [] : [{ id, head, load: load(id) }]))
      .sort((a, b) => a.load - b.load || compare(a.head, b.head))
      .slice(0, most)
    const ready: WaitingCommand[] = []
    for (const { id } of sessions) ready.push(...(await firstOf(database, { session: id, most })))
    return ready.sort((a, b) => compare(a.created_at, b.created_at) || a.sequence - b.sequence)
  })

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Written out, no parameters: only so does the database know that the indexes of what is in these states fit. */
export const queued = sql<CommandStatus>`'queued'`
export const running = sql<CommandStatus>`'running'`

const isReady = (eb: ExpressionBuilder<Schema, 'commands'>) =>
  eb.and([
    eb('commands.status', '=', queued),
    eb('commands.debuggee', '=', sql.lit(0)),
    eb('commands.app', 'is', null),
    waitsForNone(eb),
  ])

/**
 * Of each running session with queued commands when its first ready one was accepted; null where it has none. From one
 * such session to the next along the index of the queue: sessions that have nothing queued cost nothing.
 */
const heads = compiledQuery<Record<never, never>, { id: SessionId; head: string | null }>(database =>
  database
    .withRecursive('waiting(id)', recursive =>
      recursive
        .selectNoFrom(firstWaiting(sql`true`).as('id'))
        .unionAll(
          recursive
            .selectFrom('waiting')
            .where('waiting.id', 'is not', null)
            .select(firstWaiting(sql`session_id > waiting.id`).as('id')),
        ),
    )
    .selectFrom('waiting')
    .innerJoin('sessions', 'sessions.id', 'waiting.id')
    .where('sessions.status', '=', 'running')
    .select(eb => [
      'sessions.id',
      eb
        .selectFrom('commands')
        .select('commands.created_at')
        .whereRef('commands.session_id', '=', 'sessions.id')
        .where(isReady)
        .orderBy('commands.sequence')
        .limit(sql.lit(1))
        .as('head'),
    ]),
)

/** The index has to be named: the database would sort all that is queued otherwise. */
const firstWaiting = (where: RawBuilder<unknown>) =>
  sql<SessionId>`(select session_id from commands indexed by commands_queue
    where status = 'queued' and ${where} order by session_id limit 1)`

const firstOf = compiledQuery<{ session: SessionId; most: number }, WaitingCommand>((database, parameter) =>
  database
    .selectFrom('commands')
    .select(waitingColumns)
    .where('session_id', '=', parameter('session'))
    .where(isReady)
    .orderBy('sequence')
    .limit(parameter('most')),
)
