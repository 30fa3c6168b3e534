import { z } from 'zod'
import { runnerSchema, statisticsSchema } from '../administration-resources.ts'
import { reference } from '../ids.ts'
import { operation } from '../operation.ts'
import { pageFields, pageOf } from '../page.ts'

export const administrationOperations = {
  'runners.list': operation({
    method: 'GET',
    path: '/runners',
    summary: 'The runners that have registered, in that order',
    access: 'admin',
    input: z.strictObject(pageFields),
    output: pageOf(runnerSchema),
    answer: 'json',
    status: 200,
    errors: [],
    surfaces: ['api', 'sdk', 'cli'],
  }),
  'runners.get': operation({
    method: 'GET',
    path: '/runners/{runner}',
    summary: 'One runner',
    access: 'admin',
    input: z.strictObject({ runner: reference('ins').describe('its id or a unique beginning of it') }),
    output: runnerSchema,
    answer: 'json',
    status: 200,
    errors: ['runner_not_found', 'ambiguous_id'],
    surfaces: ['api', 'sdk', 'cli'],
  }),
  'admin.stats': operation({
    method: 'GET',
    path: '/admin/stats',
    summary: 'How much there is of users, sessions, commands and bytes',
    access: 'admin',
    input: z.strictObject({}),
    output: statisticsSchema,
    answer: 'json',
    status: 200,
    errors: [],
    surfaces: ['api', 'sdk', 'cli'],
  }),
}
