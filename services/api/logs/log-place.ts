import { commandHasEnded } from '../../contract/command-state.ts'
import { type CommandId, commandId } from '../../contract/ids.ts'
import type { LogStream } from '../../contract/log-message.ts'
import { isWhole, type StreamEnd } from '../../contract/stream-end.ts'
import type { LogEvent } from './log-event.ts'

/**
 * How far a log has been told, as the id of a Server-Sent Event says it and `Last-Event-ID` gives it back:
 *
 *     cmd_3ser13zge1r0.120.44   of this command 120 bytes of stdout and 44 of stderr, and of those before it everything
 *     cmd_3ser13zge1r0.ended    of this command and those before it everything
 *     end                       everything there will ever be
 */
export type LogPlace =
  | { readonly kind: 'within'; readonly command: CommandId; readonly offsets: Offsets }
  | { readonly kind: 'behind'; readonly command: CommandId }
  | { readonly kind: 'end' }

/** Of each stream the first byte that has not been told. */
export type Offsets = Readonly<Record<LogStream, number>>

export const noOffsets: Offsets = { stdout: 0, stderr: 0 }

export function placeText(place: LogPlace): string {
  switch (place.kind) {
    case 'within':
      return `${place.command}.${place.offsets.stdout}.${place.offsets.stderr}`
    case 'behind':
      return `${place.command}.ended`
    case 'end':
      return 'end'
  }
}

/** Undefined where it is none of ours. */
export function parsePlace(text: string): LogPlace | undefined {
  if (text === 'end') return { kind: 'end' }
  const [, id, stdout, stderr] = /^(\w+)\.(?:(\d{1,15})\.(\d{1,15})|ended)$/.exec(text) ?? []
  const { data: command } = commandId.schema.safeParse(id)
  if (command === undefined) return undefined
  if (stdout === undefined || stderr === undefined) return { kind: 'behind', command }
  return { kind: 'within', command, offsets: { stdout: Number(stdout), stderr: Number(stderr) } }
}

/** Where a reader stands that stood at `place`, after this event. */
export function placeAfter(place: LogPlace | undefined, event: LogEvent): LogPlace | undefined {
  switch (event.type) {
    case 'output': {
      const before = offsetsIn(place, event.command)
      const offsets = { ...before, [event.stream]: event.offset + event.data.length }
      return { kind: 'within', command: event.command, offsets }
    }
    case 'command': {
      const { id, status } = event.row
      if (commandHasEnded(status)) return { kind: 'behind', command: id }
      return { kind: 'within', command: id, offsets: offsetsIn(place, id) }
    }
    case 'end':
      return placeAtEnd(place, event)
  }
}

const placeAtEnd = (place: LogPlace | undefined, { reason }: StreamEnd): LogPlace | undefined =>
  isWhole(reason) ? { kind: 'end' } : place

const offsetsIn = (place: LogPlace | undefined, command: CommandId): Offsets =>
  place?.kind === 'within' && place.command === command ? place.offsets : noOffsets
