import type { SessionRow } from './schema.ts'

/** A session that takes commands, with the highest of their numbers; null before the first. */
export type Intake = Pick<SessionRow, 'id' | 'owner_id' | 'last_active_at' | 'idle_timeout_seconds'> & {
  readonly highest: number | null
}
