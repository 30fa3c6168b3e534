import { z } from 'zod'
import { artifactKinds, artifactSchema } from '../artifact-resources.ts'
import { reference } from '../ids.ts'
import { bytes, operation } from '../operation.ts'
import { pageFields, pageOf } from '../page.ts'

const artifact = reference('art').describe('the artifact: its id or a unique beginning of it')

export const artifactOperations = {
  'artifacts.list': operation({
    method: 'GET',
    path: '/sessions/{session}/artifacts',
    summary: "What was kept of a session's commands, in their order",
    access: 'artifacts:read',
    input: z.strictObject({
      session: reference('ses', true).describe('the session: its id, a unique beginning of it, or @last'),
      command: reference('cmd').optional().describe('only those of this command'),
      kind: z.enum(artifactKinds).optional().describe('only those of this kind'),
      ...pageFields,
    }),
    output: pageOf(artifactSchema),
    answer: 'json',
    status: 200,
    errors: ['session_not_found', 'command_not_found', 'ambiguous_id'],
    surfaces: ['api', 'sdk', 'cli', 'mcp'],
  }),
  'artifacts.get': operation({
    method: 'GET',
    path: '/artifacts/{artifact}',
    summary: 'What is known of one artifact',
    access: 'artifacts:read',
    input: z.strictObject({ artifact }),
    output: artifactSchema,
    answer: 'json',
    status: 200,
    errors: ['artifact_not_found', 'ambiguous_id'],
    surfaces: ['api', 'sdk', 'cli'],
  }),
  'artifacts.download': operation({
    method: 'GET',
    path: '/artifacts/{artifact}/content',
    summary: 'The bytes of one artifact',
    access: 'artifacts:read',
    input: z.strictObject({ artifact }),
    output: bytes,
    answer: 'bytes',
    status: 200,
    errors: ['artifact_not_found', 'ambiguous_id', 'range_not_satisfiable'],
    surfaces: ['api', 'sdk', 'cli', 'mcp'],
  }),
}
