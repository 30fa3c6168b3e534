import { z } from 'zod'
import { environmentSchema } from '../environment-resources.ts'
import { environmentManagers } from '../environment-state.ts'
import { environmentId, reference } from '../ids.ts'
import { operation } from '../operation.ts'
import { pageFields, pageOf } from '../page.ts'

export const environmentOperations = {
  'environments.list': operation({
    method: 'GET',
    path: '/environments',
    summary: 'Your environments, the newest first',
    access: 'sessions:read',
    input: z.strictObject({
      manager: z.enum(environmentManagers).optional().describe('only those of this manager'),
      ...pageFields,
    }),
    output: pageOf(environmentSchema),
    answer: 'json',
    status: 200,
    errors: [],
    surfaces: ['api', 'sdk', 'cli'],
  }),
  'environments.delete': operation({
    method: 'DELETE',
    path: '/environments/{environment}',
    summary: 'Remove one that no session has, so that it is built anew when it is needed',
    access: 'sessions:write',
    input: z.strictObject({
      environment: reference('env').describe('the environment: its id or a unique beginning of it'),
    }),
    // Nobody gets it from now on; a runner removes its files.
    output: z.object({ id: environmentId.schema, status: z.literal('deleting') }),
    answer: 'json',
    status: 200,
    errors: ['environment_not_found', 'ambiguous_id', 'environment_in_use'],
    surfaces: ['api', 'sdk', 'cli'],
  }),
}
