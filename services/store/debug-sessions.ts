import { type Kysely, sql } from 'kysely'
import { oncePer } from '../../lib/once-per.ts'
import { note } from '../../lib/subject.ts'
import type { Breakpoint } from '../contract/debug-breakpoints.ts'
import type { DebugRequest } from '../contract/debug-request.ts'
import type { DebugEnd, DebugEngine } from '../contract/debug-state.ts'
import {
  type CommandId,
  type DebugSessionId,
  debugSessionId,
  type RunnerToken,
  type SessionId,
} from '../contract/ids.ts'
import { commandsBy, type WaitingCommand, waitingColumns } from './command-queue.ts'
import { compiledQuery } from './compiled-query.ts'
import type { DebugSessionRow } from './debug-session-row.ts'
import { liveDebuggees } from './figures.ts'
import { insertCommand, type NewCommand, takesCommands } from './new-command.ts'
import { beginsLike, type Resolved, resolved } from './references.ts'
import type { CommandRow, Schema } from './schema.ts'
import type { Store } from './store.ts'

export type NewDebugSession = {
  /** The debuggee as its user would type it; what is really started is the engine's affair. */
  command: NewCommand
  engine: DebugEngine
  request: DebugRequest
  /** How many debug sessions may live at a time. */
  most: number
}

export type Queued =
  | { queued: true; id: DebugSessionId; command: CommandId }
  | { queued: false; reason: 'session_ended' | 'debug_limit' }

/** Queues a debuggee, with the debugger that it is to have. */
export function queueDebugSession(store: Store, wanted: NewDebugSession): Promise<Queued> {
  return store.write(async transaction => {
    const { session, now } = wanted.command
    if (!(await takesCommands(transaction, session))) return { queued: false, reason: 'session_ended' }
    if ((await liveDebuggees(transaction)) >= wanted.most) return { queued: false, reason: 'debug_limit' }
    const command = await insertCommand(transaction, { ...wanted.command, debuggee: true })
    note({ command })
    const id = debugSessionId.create()
    await transaction
      .insertInto('debug_sessions')
      .values({
        id,
        session_id: session,
        command_id: command,
        engine: wanted.engine,
        request_json: JSON.stringify(wanted.request),
        breakpoints_json: null,
        created_at: now,
        parent_id: null,
        process_id: null,
        end_json: null,
        ended_at: null,
      })
      .execute()
    return { queued: true, id, command }
  })
}

/** What there is to be known of a process of a debuggee that has come under the debugger. */
export type NewChild = Pick<
  DebugSessionRow,
  'id' | 'session_id' | 'command_id' | 'engine' | 'request_json' | 'created_at' | 'parent_id' | 'process_id'
>

export const addChild = async (store: Store, child: NewChild): Promise<void> => {
  await store.write(transaction =>
    transaction
      .insertInto('debug_sessions')
      .values({ ...child, breakpoints_json: null, end_json: null, ended_at: null })
      .execute(),
  )
}

/** Keeps how one ended whose command goes on. The first end stands. */
export const endChild = async (
  store: Store,
  id: DebugSessionId,
  end: DebugEnd,
  at: string,
): Promise<void> => {
  await store.write(transaction =>
    transaction
      .updateTable('debug_sessions')
      .set({ end_json: JSON.stringify(end), ended_at: at })
      .where('id', '=', id)
      .where('end_json', 'is', null)
      .execute(),
  )
}

/** Which of the debuggers that it may have it has got. */
export const keepEngine = async (store: Store, id: DebugSessionId, engine: DebugEngine): Promise<void> => {
  await store.write(transaction =>
    transaction.updateTable('debug_sessions').set({ engine }).where('id', '=', id).execute(),
  )
}

/**
 * Keeps what became of the breakpoints of one that is about to end: why one did not hold is asked after it. Only as long
 * as the runner `by` has its debuggee.
 */
export const keepBreakpoints = async (
  store: Store,
  id: DebugSessionId,
  breakpoints: readonly Breakpoint[],
  by: RunnerToken,
): Promise<void> => {
  await store.write(transaction =>
    transaction
      .updateTable('debug_sessions')
      .set({ breakpoints_json: JSON.stringify(breakpoints) })
      .where('id', '=', id)
      .where(eb =>
        eb.exists(
          eb
            .selectFrom('commands')
            .select('commands.id')
            .whereRef('commands.id', '=', 'debug_sessions.command_id')
            .where('commands.runner_token', '=', by),
        ),
      )
      .execute(),
  )
}

/** A debug session's row with that of its command. */
export type DebugSessionJoined = Omit<DebugSessionRow, 'position'> & { position: number; row: CommandRow }

/** Both rows in one: the debug session's columns that the command has as well go by names of their own. */
type Flat = CommandRow &
  Pick<
    DebugSessionJoined,
    'position' | 'engine' | 'request_json' | 'breakpoints_json' | 'parent_id' | 'process_id' | 'end_json'
  > & {
    debug_id: DebugSessionId
    debug_created_at: string
    debug_ended_at: string | null
  }

const joined = (database: Kysely<Schema>) =>
  database
    .selectFrom('debug_sessions')
    .innerJoin('commands', 'commands.id', 'debug_sessions.command_id')
    .selectAll('commands')
    .select([
      'debug_sessions.position',
      'debug_sessions.engine',
      'debug_sessions.request_json',
      'debug_sessions.breakpoints_json',
      'debug_sessions.parent_id',
      'debug_sessions.process_id',
      'debug_sessions.end_json',
      'debug_sessions.id as debug_id',
      'debug_sessions.created_at as debug_created_at',
      'debug_sessions.ended_at as debug_ended_at',
    ])

/** Once for each row: of one that is recalled it is asked at every step of a debuggee. */
const apart = oncePer(
  ({
    position,
    engine,
    request_json,
    breakpoints_json,
    parent_id,
    process_id,
    end_json,
    debug_id,
    debug_created_at,
    debug_ended_at,
    ...row
  }: Flat): DebugSessionJoined => ({
    ...{ position, engine, request_json, breakpoints_json, parent_id, process_id, end_json },
    ...{ id: debug_id, created_at: debug_created_at, ended_at: debug_ended_at },
    ...{ session_id: row.session_id, command_id: row.id, row },
  }),
)

/** A session's debug sessions, newest first, from behind one on. */
export const listDebugSessions = async (
  store: Store,
  session: SessionId,
  { after, limit }: { after?: number | undefined; limit?: number } = {},
): Promise<DebugSessionJoined[]> => {
  const rows = await store.read(database => {
    let query = joined(database)
      .where('debug_sessions.session_id', '=', session)
      .orderBy('debug_sessions.position', 'desc')
    if (after !== undefined) query = query.where('debug_sessions.position', '<', after)
    if (limit !== undefined) query = query.limit(limit)
    return query.execute()
  })
  return rows.map(apart)
}

export async function getDebugSession(
  store: Store,
  id: DebugSessionId,
): Promise<DebugSessionJoined | undefined> {
  const row = await store.read(database =>
    joined(database).where('debug_sessions.id', '=', id).executeTakeFirst(),
  )
  return row === undefined ? undefined : apart(row)
}

const latestOf = compiledQuery<{ session: SessionId }, Flat>((database, parameter) =>
  joined(database)
    .where('debug_sessions.session_id', '=', parameter('session'))
    .where('debug_sessions.parent_id', 'is', null)
    .orderBy('debug_sessions.position', 'desc')
    .limit(1),
)

const withId = compiledQuery<{ session: SessionId; id: DebugSessionId }, Flat>((database, parameter) =>
  joined(database)
    .where('debug_sessions.session_id', '=', parameter('session'))
    .where('debug_sessions.id', '=', parameter('id')),
)

/** Finds one of a session's by id or unique beginning; without a reference the latest that was launched. */
export async function resolveDebugSession(
  store: Store,
  session: SessionId,
  reference: string | undefined,
): Promise<Resolved<DebugSessionJoined>> {
  return resolved((await called(store, session, reference)).map(apart))
}

/** What is asked for at every step of a debuggee is shared as long as nothing is written. */
function called(store: Store, session: SessionId, reference: string | undefined): Promise<readonly Flat[]> {
  if (reference === undefined) return store.recall(latestOf, { session })
  const id = debugSessionId.schema.safeParse(reference)
  if (id.success) return store.recall(withId, { session, id: id.data })
  return store.read(database =>
    joined(database)
      .where('debug_sessions.session_id', '=', session)
      .where(beginsLike('debug_sessions.id', debugSessionId.prefix, reference))
      .limit(3)
      .execute(),
  )
}

export type QueuedDebugSession = Pick<
  DebugSessionRow,
  'id' | 'command_id' | 'session_id' | 'engine' | 'request_json' | 'created_at'
> &
  Pick<CommandRow, 'status'>

/** The debug sessions whose debuggee is queued or running, one for each: without those of its children. */
export const liveDebugSessions = (store: Store): Promise<QueuedDebugSession[]> =>
  store.read(database =>
    database
      .selectFrom('debug_sessions')
      .innerJoin('commands', 'commands.id', 'debug_sessions.command_id')
      .select([
        'debug_sessions.id',
        'debug_sessions.command_id',
        'debug_sessions.session_id',
        'debug_sessions.engine',
        'debug_sessions.request_json',
        'debug_sessions.created_at',
        'commands.status',
      ])
      .where('debug_sessions.parent_id', 'is', null)
      .where(
        sql<boolean>`commands.id in (select id from commands where status = 'queued' and debuggee = 1
          union all select id from commands where status = 'running' and debuggee = 1)`,
      )
      .execute(),
  )

/** Queued debuggees of running sessions, oldest first. Those are not among `readyCommands`. */
export const readyDebuggees = (store: Store): Promise<WaitingCommand[]> =>
  store.read(database => waitingDebuggees(database, {}))

const waitingDebuggees = compiledQuery<Record<never, never>, WaitingCommand>(database =>
  database
    .selectFrom(commandsBy('commands_debuggees'))
    .innerJoin('sessions', 'sessions.id', 'commands.session_id')
    .select(waitingColumns)
    .where(sql<boolean>`commands.status = 'queued' and commands.debuggee = 1`)
    .where('sessions.status', '=', 'running')
    .orderBy('commands.created_at'),
)
