import type { Contract } from '../../contract/contract.ts'
import type { RecordEntry } from '../../contract/debug-record.ts'
import type { OutputOf, ParsedInputOf } from '../../contract/operation.ts'
import { debugRecord } from '../../store/debug-record.ts'
import { type DebugSessionJoined, getDebugSession } from '../../store/debug-sessions.ts'
import { debugHasEnded } from '../../store/rows.ts'
import type { Context } from '../context.ts'
import { holdUntilSettled } from '../hold.ts'
import { done, type Outcome } from '../outcome.ts'

type Operation = Contract['debug.transcript']
type Wanted = Pick<ParsedInputOf<Operation>, 'start' | 'limit' | 'wait'>

/** How long the entries of one answer may be together, as JSON: at least one is told. */
const mostLength = 1024 * 1024
/** A part of a record, from its files alone: it needs no runner. */
export async function transcriptOf(
  context: Context,
  debug: DebugSessionJoined,
  { start, limit, wait }: Wanted,
  gone: AbortSignal,
): Promise<Outcome<OutputOf<Operation>>> {
  const { store, files, changes, stopping } = context
  const paths = files.debugRecord(debug.session_id, debug.id)
  const read = await holdUntilSettled({
    changes,
    row: { session: debug.session_id, command: debug.command_id },
    load: async () => {
      // Read before the files are: once it has ended they are whole.
      const row = await getDebugSession(store, debug.id)
      const ended = row === undefined || debugHasEnded(row)
      return { ended, ...(await readPart(debugRecord(paths, start), start, limit)) }
    },
    settled: ({ ended, entries }) => ended || entries.length > 0,
    seconds: wait,
    signals: [gone, stopping],
  })
  const { ended, entries, total, damaged } = read
  const [first] = entries
  const last = entries.at(-1)?.n ?? start
  const next = last < total ? last : null
  const dropped = first === undefined ? 0 : first.n - 1 - start
  return done({ entries, total, next, dropped, damaged, complete: ended && next === null })
}

/** As many entries behind `start` as may be told, and the number of the last one that there is. */
async function readPart(lines: ReturnType<typeof debugRecord>, start: number, limit: number) {
  const entries: RecordEntry[] = []
  let [length, damaged, total]: [number, number, number] = [0, 0, start]
  let isFull = false
  for await (const line of lines) {
    if ('damaged' in line) {
      damaged++
      continue
    }
    const { entry } = line
    // The head of a file; or what has been told of while it became the earlier one.
    if (entry.n === 0 || entry.n <= total) continue
    total = entry.n
    if (isFull) continue
    length += JSON.stringify(entry).length
    isFull = entries.length >= limit || (entries.length > 0 && length > mostLength)
    if (!isFull) entries.push(entry)
  }
  return { entries, damaged, total }
}
