import type { Transaction } from 'kysely'
import type { SessionId } from '../contract/ids.ts'
import { compiledQuery } from './compiled-query.ts'
import { notesOf } from './direct.ts'
import type { Intake } from './intake-row.ts'
import type { Schema } from './schema.ts'

/** Undefined where it takes no more. Of many commands that are queued together it is asked once (see `noteHighest`). */
export async function intakeOf(
  transaction: Transaction<Schema>,
  session: SessionId,
): Promise<Intake | undefined> {
  const notes = notesOf(transaction)
  const noted = notes?.intakes.get(session)
  if (noted !== undefined && noted.changes === notes?.changes()) return noted.intake
  return (await intakeQuery(transaction, { session }))[0]
}

/**
 * A command with this number is the latest of its session. That holds until the transaction changes anything else than new
 * commands and what goes with them, for nobody else writes meanwhile.
 */
export function noteHighest(transaction: Transaction<Schema>, intake: Intake, highest: number): void {
  const notes = notesOf(transaction)
  notes?.intakes.set(intake.id, { intake: { ...intake, highest }, changes: notes.changes() })
}

const intakeQuery = compiledQuery<{ session: SessionId }, Intake>((database, parameter) =>
  database
    .selectFrom('sessions')
    .select(eb => [
      'id',
      'owner_id',
      'last_active_at',
      'idle_timeout_seconds',
      eb
        .selectFrom('commands')
        .where('session_id', '=', parameter('session'))
        .select(inner => inner.fn.max('sequence').as('highest'))
        .as('highest'),
    ])
    .where('id', '=', parameter('session'))
    .where('status', 'in', ['pending', 'starting', 'running']),
)
