import type { JsonSchema } from '../../contract/json-schemas.ts'
import { withHeaders } from './headers.ts'
import { messageContent } from './message-content.ts'

/** What of a log's answers stands in no field of the operation: its media types, byte ranges and resumption. */
export const logAnswers = (message: JsonSchema, example: unknown): Record<string, JsonSchema> => ({
  200: withHeaders(
    {
      description:
        'one message a line; with Accept: text/plain the bytes alone; with Accept: text/event-stream the messages as Server-Sent Events, whose ids tell how far the log has been told. A WebSocket at this path carries one message a frame, or with the subprotocol debug-server.text the bytes',
      content: messageContent(message, example),
    },
    'Accept-Ranges',
  ),
  204: withHeaders({ description: 'everything has been told: Last-Event-ID is that of the last event' }),
  206: withHeaders(
    {
      description: 'the bytes that Range asks for',
      content: { 'text/plain': { schema: { type: 'string' } } },
    },
    'Accept-Ranges',
    'Content-Range',
  ),
})

export const logHeaders: readonly JsonSchema[] = [
  {
    ...parameter('Range', 'bytes=FIRST-LAST, bytes=FIRST- or bytes=-COUNT'),
    description:
      'a part of the bytes, with Accept: text/plain, of one stream of one command that is not followed; several ranges are not taken apart, and the whole is answered',
  },
  {
    ...parameter('Last-Event-ID', 'cmd_0123456789ab.120.44'),
    description:
      'the id of the last event that was received, with Accept: text/event-stream: the log goes on behind it, whatever offset says',
  },
]

function parameter(name: string, example: string): JsonSchema {
  return { name, in: 'header', required: false, schema: { type: 'string' }, example }
}
