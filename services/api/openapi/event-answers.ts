import type { JsonSchema } from '../../contract/json-schemas.ts'
import { withHeaders } from './headers.ts'
import { messageContent } from './message-content.ts'

/** How changes are answered: no field of the operation says it. */
export const eventAnswers = (message: JsonSchema, example: unknown): Record<string, JsonSchema> => ({
  200: withHeaders({
    description:
      'one message a line; with Accept: text/event-stream the messages as Server-Sent Events, whose ids tell how far changes have been told; with Accept: text/plain a line for people each. A WebSocket at this path carries one message a frame, or with the subprotocol debug-server.text such lines',
    content: messageContent(message, example),
  }),
})

export const eventHeaders: readonly JsonSchema[] = [
  {
    name: 'Last-Event-ID',
    in: 'header',
    required: false,
    schema: { type: 'string' },
    example: '4711',
    description: 'the id of the last event that was received: what has changed since, whatever after says',
  },
]
