import type { Viewer } from '../../../contract/debug-control.ts'
import type { RecordEntry } from '../../../contract/debug-record.ts'
import type { Stop } from '../../../contract/debug-resources.ts'
import type { RecordLine } from '../../../store/debug-record.ts'

/** What the adapter was asked while the debuggee stood somewhere, and what it said. */
export type Exchange = {
  readonly command: string
  readonly parameters: unknown
  readonly by: Viewer | null
  /** Undefined where there was no answer, or an answer that was too long to be kept. */
  readonly answer:
    | { readonly ok: true; readonly body: unknown }
    | { readonly ok: false; readonly why: string }
}

/** One stop, as it stands in a record. */
export type RecordedStop = {
  readonly at: string
  readonly stop: Stop
  /** Who had sent the debuggee on. */
  readonly by: Viewer | null
  /** The adapter's event. */
  readonly event: unknown
  readonly exchanges: readonly Exchange[]
  readonly output: { readonly stdout: number; readonly stderr: number }
}

export type ReadRecord = {
  readonly worktree: string
  /** What the adapter said that it can do. */
  readonly capabilities: unknown
  /** The stop that was asked for; undefined where it does not stand in the record. */
  readonly found: RecordedStop | undefined
  /** The numbers of the first and last stop that stand in it. */
  readonly stops: { readonly first: number; readonly last: number } | undefined
  readonly damaged: number
}

type Moment = {
  event: unknown
  told: Pick<RecordedStop, 'at' | 'stop' | 'by' | 'output'> | undefined
  readonly exchanges: Exchange[]
}

/** Reads a record for one stop: the one with this number, or the last. Undefined where there is no record. */
export async function recordedStop(
  lines: AsyncIterable<RecordLine>,
  number: number | undefined,
): Promise<ReadRecord | undefined> {
  const asked = new Map<
    number,
    Extract<RecordEntry['message'], { type: 'request' }> & {
      by: Viewer | null
      givenUp?: { at: Moment | undefined }
    }
  >()
  let worktree: string | undefined
  let capabilities: unknown
  let moment: Moment | undefined
  let found: RecordedStop | undefined
  let stops: ReadRecord['stops']
  let damaged = 0
  const close = () => {
    const told = moment?.told
    if (moment !== undefined && told !== undefined && (number === undefined || told.stop.number === number))
      found = { ...told, event: moment.event, exchanges: moment.exchanges }
    moment = undefined
  }
  for await (const line of lines) {
    if ('damaged' in line) {
      damaged++
      continue
    }
    const { entry } = line
    const { message } = entry
    switch (message.type) {
      case 'record':
        worktree = message.worktree
        break
      case 'request':
        if (entry.from === 'server') asked.set(entry.n, { ...message, by: entry.by })
        break
      case 'response':
      case 'unanswered': {
        const request = asked.get(message.request_seq)
        asked.delete(message.request_seq)
        if (message.type === 'response' && message.command === 'initialize' && message.success)
          capabilities ??= message.body
        // What comes late is of the stop at which it was asked for, if of any.
        const isOfAnother = request?.givenUp !== undefined && request.givenUp.at !== moment
        if (request === undefined || isOfAnother) break
        moment?.exchanges.push(exchangeOf(request, entry))
        if (message.type === 'unanswered')
          asked.set(message.request_seq, { ...request, givenUp: { at: moment } })
        break
      }
      case 'event':
        if (message.event !== 'stopped') break
        close()
        moment = { event: message.body, told: undefined, exchanges: [] }
        break
      case 'state': {
        const { stop } = message.debug
        // That it went on may be told when it stands again already.
        if (message.event === 'ended' || (message.event === 'continued' && moment?.told !== undefined))
          close()
        else if (message.event === 'stopped' && stop !== null && moment !== undefined) {
          moment.told = { at: entry.at, stop, by: entry.by, output: message.output }
          stops = { first: stops?.first ?? stop.number, last: stop.number }
        }
        break
      }
      case 'dropped':
        break
    }
  }
  close()
  return worktree === undefined ? undefined : { worktree, capabilities, found, stops, damaged }
}

function exchangeOf(
  { command, arguments: parameters, by }: { command: string; arguments?: unknown; by: Viewer | null },
  { cut, message }: RecordEntry,
): Exchange {
  const of = { command, parameters: parameters ?? {}, by }
  if (cut !== undefined)
    return { ...of, answer: { ok: false, why: `its answer was too long to be recorded (${cut} bytes)` } }
  if (message.type === 'response' && message.success)
    return { ...of, answer: { ok: true, body: message.body } }
  const why = message.type === 'response' ? message.message : message.type === 'unanswered' ? message.why : ''
  return { ...of, answer: { ok: false, why: why ?? 'it was refused' } }
}
