import { z } from 'zod'
import { repositoryName, revision, waitSeconds } from '../fields.ts'
import { repositoryId } from '../ids.ts'
import { operation } from '../operation.ts'
import { pageFields, pageOf } from '../page.ts'
import { repositorySchema } from '../resources.ts'

export const repositoryOperations = {
  'repositories.add': operation({
    method: 'POST',
    path: '/repositories',
    alsoAt: '/repository/init',
    summary: 'Register a repository; adding the same one again changes nothing',
    access: 'repositories:write',
    input: z.strictObject({
      url: z
        .string()
        .min(1)
        .max(1_000)
        .describe(
          'https, ssh or git address; for an administrator of a loopback server also an absolute path',
        ),
      name: repositoryName.optional().describe('default: the last part of the address'),
      default_branch: revision.optional().describe('default: what the remote calls its HEAD'),
      wait: waitSeconds.describe('seconds to wait for the first fetch'),
    }),
    output: repositorySchema,
    answer: 'json',
    status: 201,
    errors: ['repository_exists', 'local_path_forbidden'],
    surfaces: ['api', 'sdk', 'cli', 'mcp'],
  }),
  'repositories.list': operation({
    method: 'GET',
    path: '/repositories',
    summary: 'All repositories, by name',
    access: 'sessions:read',
    input: z.strictObject(pageFields),
    output: pageOf(repositorySchema),
    answer: 'json',
    status: 200,
    errors: [],
    surfaces: ['api', 'sdk', 'cli', 'mcp'],
  }),
  'repositories.get': operation({
    method: 'GET',
    path: '/repositories/{repository}',
    summary: 'One repository',
    access: 'sessions:read',
    input: z.strictObject({
      repository: repositoryName.describe('its name'),
      wait: waitSeconds.describe(
        'seconds to wait while it is pending or a fetch that was asked for is not over',
      ),
    }),
    output: repositorySchema,
    answer: 'json',
    status: 200,
    errors: ['repository_not_found'],
    surfaces: ['api', 'sdk', 'cli'],
  }),
  'repositories.fetch': operation({
    method: 'POST',
    path: '/repositories/{repository}/fetch',
    summary: 'Fetch it now, whether or not its time has come',
    access: 'repositories:write',
    input: z.strictObject({
      repository: repositoryName.describe('its name'),
      wait: waitSeconds.describe('seconds to wait until it has been fetched'),
    }),
    output: repositorySchema,
    answer: 'json',
    status: 200,
    errors: ['repository_not_found'],
    surfaces: ['api', 'sdk', 'cli'],
  }),
  'repositories.delete': operation({
    method: 'DELETE',
    path: '/repositories/{repository}',
    summary: 'Remove it and its mirror; not while there are sessions of it',
    access: 'repositories:write',
    input: z.strictObject({
      repository: repositoryName.describe('its name'),
      wait: waitSeconds.describe('seconds to wait until it is gone'),
    }),
    output: z.object({ id: repositoryId.schema, status: z.enum(['deleting', 'deleted']) }),
    answer: 'json',
    status: 200,
    errors: ['repository_not_found', 'repository_in_use'],
    surfaces: ['api', 'sdk', 'cli'],
  }),
}
