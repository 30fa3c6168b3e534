import { z } from 'zod'
import { operation } from '../operation.ts'

export const codexbarOperations = {
  'codexbar.usage': operation({
    method: 'GET',
    path: '/codexbar/usage',
    summary:
      'What the agents of this host have used of their plans, as codexbar tells it, where that is installed',
    access: 'sessions:read',
    input: z.strictObject({}),
    /** Verbatim, in codexbar's own form. */
    output: z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())]),
    answer: 'json',
    status: 200,
    errors: ['codexbar_not_found', 'codexbar_failed', 'codexbar_timeout'],
    surfaces: ['api', 'sdk'],
  }),
}
