import type { EventMessage } from '../../contract/event-message.ts'

/** An event as it is told. The last one of a stream has no id. */
export type EventText = { readonly id: string | undefined; readonly json: string }

export const eventText = (message: EventMessage): EventText => ({
  id: message.type === 'end' ? undefined : message.id,
  json: JSON.stringify(message),
})
