import { debugRecord, type RecordPaths } from '../../../store/debug-record.ts'
import { Refusal } from '../refusal.ts'
import { recordedStop } from './recorded-stop.ts'
import { type ReplayWanted, replayed } from './replay.ts'

/** What the record in these files has of a stop. Throws a Refusal where it has none such. */
export async function replayOf(
  paths: RecordPaths,
  { at, ...wanted }: ReplayWanted & { readonly at?: number | undefined },
  surroundings: Parameters<typeof replayed>[2],
) {
  const record = await recordedStop(debugRecord(paths), at)
  if (record === undefined)
    throw new Refusal('stop_not_recorded', 'this debug session has no record that can be read')
  const { found, stops } = record
  if (stops === undefined)
    throw new Refusal('stop_not_recorded', 'the debuggee has not stopped as far as its record goes')
  if (found === undefined)
    throw new Refusal(
      'stop_not_recorded',
      `stop ${at} is not recorded: there are ${stops.first} to ${stops.last}`,
    )
  return replayed({ ...record, found, stops }, wanted, surroundings)
}
