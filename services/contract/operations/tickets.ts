import { z } from 'zod'
import { instant } from '../fields.ts'
import { reference } from '../ids.ts'
import { operation } from '../operation.ts'
import { streams } from '../stream-target.ts'

/**
 * A browser can send no token when it opens a WebSocket or an EventSource, and a token has no place in a URL. A ticket may
 * stand there (`ticket`): it opens one stream, once, for half a minute, and the stream ends with what it was made by.
 */
export const ticketOperations = {
  'tickets.create': operation({
    method: 'POST',
    path: '/tickets',
    summary: 'Make a ticket that opens one stream, once, within 30 seconds, from where no header can be sent',
    access: 'any_token',
    input: z
      .strictObject({
        stream: z.enum(streams).describe('what it is to open'),
        session: reference('ses', true)
          .optional()
          .describe(
            'only of this session: its id, a unique beginning of it, or @last; events can do without',
          ),
        command: reference('cmd').optional().describe('only the log of this command'),
      })
      .refine(({ stream, session }) => stream === 'events' || session !== undefined, {
        path: ['session'],
        message: 'say which session to follow',
      })
      .refine(({ stream, command }) => stream === 'logs' || command === undefined, {
        path: ['command'],
        message: 'only logs are of one command',
      }),
    output: z.object({ ticket: z.string(), expires_at: instant }),
    answer: 'json',
    status: 200,
    errors: ['insufficient_scope', 'session_not_found', 'command_not_found', 'ambiguous_id', 'ticket_limit'],
    surfaces: ['api', 'sdk'],
  }),
}
