import { type Expression, type ExpressionBuilder, type SqlBool, sql, type Transaction } from 'kysely'
import { type CommandFailure, commandHasEnded, commandStatuses } from '../contract/command-state.ts'
import type { CommandId } from '../contract/ids.ts'
import type { Schema } from './schema.ts'

/** Which commands wait for which. Both are of one session; what is waited for was there before, so there is no cycle. */

export async function waitFor(
  transaction: Transaction<Schema>,
  id: CommandId,
  after: readonly CommandId[],
): Promise<void> {
  await transaction
    .insertInto('command_dependencies')
    .values(after.map(earlier_id => ({ command_id: id, earlier_id })))
    .execute()
}

/** Whether every command that one of `commands` waits for has succeeded. */
export const waitsForNone = (eb: ExpressionBuilder<Schema, 'commands'>): Expression<SqlBool> =>
  eb.not(
    eb.exists(
      eb
        .selectFrom('command_dependencies')
        .innerJoin('commands as earlier', 'earlier.id', 'command_dependencies.earlier_id')
        .select(sql`1`.as('one'))
        .whereRef('command_dependencies.command_id', '=', 'commands.id')
        .where('earlier.status', '<>', 'succeeded'),
    ),
  )

const endedOtherwise = commandStatuses.filter(status => commandHasEnded(status) && status !== 'succeeded')

/** Cancels a command that waits for one that has ended otherwise than well. */
export async function cancelIfHopeless(
  transaction: Transaction<Schema>,
  id: CommandId,
  now: string,
): Promise<void> {
  await transaction
    .updateTable('commands')
    .set(earlierFailed(now))
    .where('id', '=', id)
    .where(eb =>
      eb.exists(
        eb
          .selectFrom('command_dependencies')
          .innerJoin('commands as earlier', 'earlier.id', 'command_dependencies.earlier_id')
          .select(sql`1`.as('one'))
          .whereRef('command_dependencies.command_id', '=', 'commands.id')
          .where('earlier.status', 'in', endedOtherwise),
      ),
    )
    .execute()
}

/** Cancels what waits for a command that has ended otherwise than well, and what waits for that. */
export async function cancelFollowers(
  transaction: Transaction<Schema>,
  id: CommandId,
  now: string,
): Promise<void> {
  let ended: CommandId[] = [id]
  while (ended.length > 0) {
    const earlier = ended
    const followers = await transaction
      .updateTable('commands')
      .set(earlierFailed(now))
      .where('id', 'in', eb =>
        eb.selectFrom('command_dependencies').select('command_id').where('earlier_id', 'in', earlier),
      )
      .where('status', '=', 'queued')
      .returning('id')
      .execute()
    ended = followers.map(row => row.id)
  }
}

const earlierFailed = (now: string) =>
  neverStarted('earlier_command_failed', 'a command before it did not succeed', now)

/** What becomes of a queued command that is cancelled. One that is to run again keeps what it wrote before. */
export const neverStarted =
  (reason: CommandFailure['reason'], message: string, now: string) =>
  ({ fn, val }: ExpressionBuilder<Schema, 'commands'>) => ({
    status: 'cancelled' as const,
    failure_json: JSON.stringify({ reason, message } satisfies CommandFailure),
    stdout_bytes: fn.coalesce('stdout_bytes', val(0)),
    stderr_bytes: fn.coalesce('stderr_bytes', val(0)),
    ended_at: now,
  })
