import { z } from 'zod'
import { eventId, eventMessageSchema } from '../event-message.ts'
import { flag } from '../fields.ts'
import { reference } from '../ids.ts'
import { operation } from '../operation.ts'

export const eventOperations = {
  'events.follow': operation({
    method: 'GET',
    path: '/events',
    summary: 'What changes, as it happens: your sessions, their commands, and repositories',
    access: 'sessions:read',
    input: z.strictObject({
      session: reference('ses', true)
        .optional()
        .describe('only this session and its commands: its id, a unique beginning of it, or @last'),
      after: eventId.optional().describe('the id of an event: what has changed since then; default: now'),
      once: flag.describe('tell what has changed so far, and end'),
    }),
    output: eventMessageSchema,
    answer: 'events',
    status: 200,
    errors: ['session_not_found', 'ambiguous_id'],
    surfaces: ['api', 'sdk', 'cli'],
  }),
}
