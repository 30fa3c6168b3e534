import { type RawBuilder, sql, type Transaction } from 'kysely'
import { note } from '../../lib/subject.ts'
import { type CommandLimits, noLimits } from '../contract/command-limits.ts'
import type { CommandLine } from '../contract/fields.ts'
import { type CommandId, commandId, type EnvironmentId, type SessionId } from '../contract/ids.ts'
import type { TerminalSize } from '../contract/terminal.ts'
import { touch } from './activity.ts'
import { cancelIfHopeless, waitFor } from './command-dependencies.ts'
import { compiledQuery } from './compiled-query.ts'
import type { ChangeRow, CommandRow, Schema } from './schema.ts'
import { intakeOf, noteHighest } from './session-intake.ts'
import type { Store } from './store.ts'
import { presentTrace } from './trace-column.ts'

export type NewCommand = {
  session: SessionId
  command: CommandLine
  directory: string
  environment: Record<string, string>
  timeout: number | null
  /** Commands of the same session that must have succeeded before. */
  after?: readonly CommandId[]
  /** It may run twice. */
  idempotent?: boolean
  stdin?: string | undefined
  /** Both streams go into one. */
  merge?: boolean
  /** It has a terminal of its own, and so one stream. */
  terminal?: TerminalSize | undefined
  limits?: CommandLimits
  /** Patterns of the files to keep when it has ended. */
  artifacts?: readonly string[]
  /** The environment that it builds: it runs while its session starts. */
  environmentToBuild?: EnvironmentId
  /** It is the debuggee of a debug session, which comes into the store with it. */
  debuggee?: boolean
  /** The app that it is. */
  app?: string
  now: string
}

/** Queues a command. Undefined where the session takes no more commands. */
export function queueCommand(store: Store, wanted: NewCommand): Promise<CommandRow | undefined> {
  return store.write(async transaction => {
    const row = await insertWanted(transaction, wanted)
    if (row !== undefined) note({ command: row.id })
    return row
  })
}

/** Queues a command that is like `earlier` and waits for none. Undefined where its session takes no more commands. */
export function queueAgain(store: Store, earlier: CommandRow, now: string): Promise<CommandRow | undefined> {
  return store.write(async transaction => {
    const { command_json, directory, environment_json, timeout_seconds } = earlier
    const { idempotent, merge, limits_json, artifacts_json, terminal_columns, terminal_rows } = earlier
    const row = await insertRow(transaction, {
      ...{ session_id: earlier.session_id, command_json, directory, environment_json, timeout_seconds },
      ...{
        idempotent,
        merge,
        terminal_columns,
        terminal_rows,
        limits_json,
        artifacts_json,
        after_json: '[]',
        rerun_of: earlier.id,
        environment_id: null,
        debuggee: 0,
        app: null,
        created_at: now,
      },
    })
    if (row === undefined) return undefined
    await transaction
      .insertInto('command_inputs')
      .columns(['command_id', 'stdin'])
      .expression(eb =>
        eb
          .selectFrom('command_inputs')
          .select(inner => [inner.val<CommandId>(row.id).as('command_id'), 'stdin'])
          .where('command_id', '=', earlier.id),
      )
      .execute()
    note({ command: row.id })
    return row
  })
}

/** In a session of which it is known that it takes commands. */
export async function insertCommand(
  transaction: Transaction<Schema>,
  wanted: NewCommand,
): Promise<CommandId> {
  const row = await insertWanted(transaction, wanted)
  if (row === undefined) throw new Error(`the session ${wanted.session} takes no more commands`)
  return row.id
}

export async function takesCommands(transaction: Transaction<Schema>, session: SessionId): Promise<boolean> {
  return (await intakeOf(transaction, session)) !== undefined
}

/** One that waits for a command that has ended otherwise than well is cancelled at once. Undefined where its session takes no more. */
async function insertWanted(
  transaction: Transaction<Schema>,
  wanted: NewCommand,
): Promise<CommandRow | undefined> {
  const after = [...new Set(wanted.after)]
  const row = await insertRow(transaction, {
    session_id: wanted.session,
    command_json: JSON.stringify(wanted.command),
    directory: wanted.directory,
    environment_json: JSON.stringify(wanted.environment),
    timeout_seconds: wanted.timeout,
    idempotent: wanted.idempotent === true ? 1 : 0,
    merge: wanted.merge === true || wanted.terminal !== undefined ? 1 : 0,
    terminal_columns: wanted.terminal?.columns ?? null,
    terminal_rows: wanted.terminal?.rows ?? null,
    limits_json: JSON.stringify(wanted.limits ?? noLimits),
    artifacts_json: wanted.artifacts?.length ? JSON.stringify(wanted.artifacts) : null,
    after_json: JSON.stringify(after),
    rerun_of: null,
    environment_id: wanted.environmentToBuild ?? null,
    debuggee: wanted.debuggee === true ? 1 : 0,
    app: wanted.app ?? null,
    created_at: wanted.now,
  })
  if (row === undefined) return undefined
  if (wanted.stdin !== undefined)
    await transaction
      .insertInto('command_inputs')
      .values({ command_id: row.id, stdin: wanted.stdin })
      .execute()
  if (after.length === 0) return row
  await waitFor(transaction, row.id, after)
  await cancelIfHopeless(transaction, row.id, wanted.now)
  return transaction.selectFrom('commands').selectAll().where('id', '=', row.id).executeTakeFirstOrThrow()
}

/** What stands in a command's row from the beginning. */
type Given =
  | ('session_id' | 'command_json' | 'directory' | 'environment_json' | 'timeout_seconds')
  | ('idempotent' | 'merge' | 'limits_json' | 'artifacts_json' | 'after_json' | 'rerun_of' | 'created_at')
  | ('environment_id' | 'debuggee' | 'app' | 'terminal_columns' | 'terminal_rows')

/** Undefined where its session takes no more commands. */
async function insertRow(
  transaction: Transaction<Schema>,
  given: Pick<CommandRow, Given>,
): Promise<CommandRow | undefined> {
  const session = await intakeOf(transaction, given.session_id)
  if (session === undefined) return undefined
  // What builds an environment comes before all that was asked for.
  const sequence =
    given.environment_id === null
      ? Math.max(session.highest ?? 0, 0) + 1
      : Math.min((await lowestQuery(transaction, given))[0]?.lowest ?? 1, 1) - 1
  const values = { ...given, id: commandId.create(), sequence, trace_json: presentTrace() }
  await changeQuery(transaction, { id: values.id, session_id: session.id, owner_id: session.owner_id })
  await insertQuery(transaction, values)
  if (given.environment_id === null) noteHighest(transaction, session, sequence)
  await touch(transaction, session, given.created_at)
  return { ...values, ...queued }
}

/** Asked for alone: of both at once SQLite would look at every command of the session. */
const lowestQuery = compiledQuery<Pick<CommandRow, 'session_id'>, { lowest: number | null }>(
  (database, parameter) =>
    database
      .selectFrom('commands')
      .select(eb => eb.fn.min('sequence').as('lowest'))
      .where('session_id', '=', parameter('session_id')),
)

/** What every command begins with. */
const queued: Omit<CommandRow, Given | 'id' | 'sequence' | 'trace_json'> = {
  app_port: null,
  app_ready_at: null,
  attempts: 0,
  status: 'queued',
  cancel_requested: 0,
  runner_token: null,
  collection_json: null,
  enforcement: null,
  exit_code: null,
  failure_json: null,
  stdout_bytes: null,
  stderr_bytes: null,
  truncated: 0,
  usage_json: null,
  log_state: 'written',
  log_stored_bytes: null,
  log_expired_at: null,
  started_at: null,
  ended_at: null,
}

/** Each as a part of the query rather than one of its parameters. */
const literally = <Values extends Record<string, string | number | null>>(values: Values) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, sql.lit(value)])) as {
    [Name in keyof Values]: RawBuilder<Values[Name]>
  }

const insertQuery = compiledQuery<Pick<CommandRow, Given | 'id' | 'sequence' | 'trace_json'>, unknown>(
  (database, parameter) =>
    database.insertInto('commands').values({
      id: parameter('id'),
      session_id: parameter('session_id'),
      sequence: parameter('sequence'),
      after_json: parameter('after_json'),
      command_json: parameter('command_json'),
      directory: parameter('directory'),
      environment_json: parameter('environment_json'),
      timeout_seconds: parameter('timeout_seconds'),
      idempotent: parameter('idempotent'),
      rerun_of: parameter('rerun_of'),
      environment_id: parameter('environment_id'),
      debuggee: parameter('debuggee'),
      app: parameter('app'),
      merge: parameter('merge'),
      terminal_columns: parameter('terminal_columns'),
      terminal_rows: parameter('terminal_rows'),
      limits_json: parameter('limits_json'),
      artifacts_json: parameter('artifacts_json'),
      created_at: parameter('created_at'),
      trace_json: parameter('trace_json'),
      ...literally(queued),
      change_position: database.selectFrom('changes').select(({ fn }) => fn.max('position').as('last')),
    }),
)

/** That there is a new one, which is inserted next. No trigger does it: each statement that has one costs more than this. */
const changeQuery = compiledQuery<
  Pick<CommandRow, 'id' | 'session_id'> & Pick<ChangeRow, 'owner_id'>,
  unknown
>((database, parameter) =>
  database.insertInto('changes').values({
    kind: 'command',
    resource_id: parameter('id'),
    session_id: parameter('session_id'),
    owner_id: parameter('owner_id'),
  }),
)
