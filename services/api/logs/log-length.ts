import { commandHasEnded } from '../../contract/command-state.ts'
import type { LogStream } from '../../contract/log-message.ts'
import type { CommandRow } from '../../store/schema.ts'
import { type Refusal, refuse } from '../outcome.ts'

/** Where a log ends; undefined while the command may still write. */
export function recordedLength(row: CommandRow, stream: LogStream): number | undefined {
  if (!commandHasEnded(row.status)) return undefined
  return (stream === 'stdout' ? row.stdout_bytes : row.stderr_bytes) ?? 0
}

/** The refusal of an offset behind the end of a log that has one. */
export function beyondEnd(row: CommandRow, stream: LogStream, offset: number): Refusal | undefined {
  const length = recordedLength(row, stream)
  if (length === undefined || offset <= length) return undefined
  return refuse('offset_out_of_range', `${stream} has ended at byte ${length}`)
}
