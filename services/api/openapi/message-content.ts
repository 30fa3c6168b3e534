import type { JsonSchema } from '../../contract/json-schemas.ts'

/** The media types that a stream of messages is told in, whatever they are of. */
export const messageContent = (message: JsonSchema, example: unknown): JsonSchema => ({
  'application/x-ndjson': { schema: message, example },
  'text/event-stream': {
    schema: { type: 'string', contentMediaType: 'application/json', contentSchema: message },
  },
  'text/plain': { schema: { type: 'string' } },
})
