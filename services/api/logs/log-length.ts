import { commandHasEnded } from '../../contract/command-state.ts'
import { type LogStream, logStreams } from '../../contract/log-message.ts'
import type { CommandRow } from '../../store/schema.ts'
import { done, type Outcome, refuse } from '../outcome.ts'
import type { Offsets } from './log-place.ts'

/** Where a log ends; undefined while the command may still write. */
export function recordedLength(row: CommandRow, stream: LogStream): number | undefined {
  if (!commandHasEnded(row.status)) return undefined
  return (stream === 'stdout' ? row.stdout_bytes : row.stderr_bytes) ?? 0
}

/**
 * Where a reader begins who asks for these offsets; one behind the end of a log that has one is refused. A log that was
 * cut at its output limit was longer: who followed it may have been told more than is there now, and stands at the end.
 */
export function startsWithin(row: CommandRow, offsets: Offsets): Outcome<Offsets> {
  const starts = { ...offsets }
  for (const stream of logStreams) {
    const length = recordedLength(row, stream)
    if (length === undefined || offsets[stream] <= length) continue
    if (row.truncated === 0) return refuse('offset_out_of_range', `${stream} has ended at byte ${length}`)
    starts[stream] = length
  }
  return done(starts)
}
