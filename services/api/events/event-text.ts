import { eventLine } from '../../contract/event-line.ts'
import type { ChangeMessage } from '../../contract/event-message.ts'

/** A change as it is told: to programs as JSON, to people as a line. */
export type EventText = {
  readonly type: 'change'
  readonly id: string
  readonly json: string
  /** Its id and what has changed. */
  readonly line: string
}

export const eventText = (message: ChangeMessage): EventText => ({
  type: 'change',
  id: message.id,
  json: JSON.stringify(message),
  line: `${message.id} ${eventLine(message)}`,
})
