import { z } from 'zod'
import { auditEntrySchema } from '../audit-entry.ts'
import { userName } from '../fields.ts'
import { reference, sessionId } from '../ids.ts'
import { operation } from '../operation.ts'
import { pageFields, pageOf } from '../page.ts'

export const auditOperations = {
  'audit.list': operation({
    method: 'GET',
    path: '/audit',
    summary: 'Who had what changed, the latest first',
    access: 'admin',
    input: z.strictObject({
      session: sessionId.schema
        .optional()
        .describe('only what was done in this session, which may be gone: its whole id'),
      actor: userName.optional().describe('only what this user did, by name'),
      actor_token: reference('tok').optional().describe('only what was done with this token'),
      ...pageFields,
    }),
    output: pageOf(auditEntrySchema),
    answer: 'json',
    status: 200,
    errors: ['user_not_found', 'token_not_found', 'ambiguous_id'],
    surfaces: ['api', 'sdk', 'cli'],
  }),
}
