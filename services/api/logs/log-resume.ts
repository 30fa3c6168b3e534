import type { IncomingHttpHeaders } from 'node:http'
import { getCommand } from '../../store/commands.ts'
import type { Context } from '../context.ts'
import { done, type Outcome, refuseFields } from '../outcome.ts'
import type { LogAnswer } from './log-answer.ts'
import { startsWithin } from './log-length.ts'
import { type LogPlace, noOffsets, parsePlace } from './log-place.ts'
import { type LogSource, offsetsOf } from './log-source.ts'

/** A log as Server-Sent Events, from where `Last-Event-ID` says that the reader stands: that overrides `offset`. */
export async function resumedLog(
  context: Context,
  source: LogSource,
  headers: IncomingHttpHeaders,
): Promise<Outcome<LogAnswer>> {
  const answer = { status: 200, format: 'events', headers: {} } as const
  const id = [headers['last-event-id']].flat().join(', ')
  if (id === '') return done({ ...answer, source, place: startOf(source) })
  const place = parsePlace(id)
  if (place === undefined) return notOfThisLog('expected the id of an event of this log')
  if (place.kind === 'end') return done({ status: 204 })

  const row = await getCommand(context.store, place.command)
  if (row === undefined || row.session_id !== source.session.id)
    return notOfThisLog(`the session ${source.session.id} has no command ${place.command}`)
  if (source.command !== undefined && source.command.id !== row.id)
    return notOfThisLog(`this is the log of ${source.command.id}, not of ${row.id}`)
  if (place.kind === 'behind')
    return done({
      ...answer,
      source: { ...source, start: { sequence: row.sequence + 1, offsets: noOffsets } },
      place,
    })
  const starts = startsWithin(row, place.offsets)
  if (!starts.ok) return starts
  const offsets = starts.value
  return done({
    ...answer,
    source: { ...source, start: { sequence: row.sequence, offsets } },
    place: { ...place, offsets },
  })
}

const notOfThisLog = (message: string) => refuseFields([{ path: 'Last-Event-ID', message }])

function startOf(source: LogSource): LogPlace | undefined {
  const { command } = source
  const offsets = command === undefined ? undefined : offsetsOf(source, command)
  return command === undefined || offsets === undefined
    ? undefined
    : { kind: 'within', command: command.id, offsets }
}
