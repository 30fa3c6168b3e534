import { z } from 'zod'
import { lifeSeconds, repositoryName } from '../fields.ts'
import { operation } from '../operation.ts'
import { pageFields, pageOf } from '../page.ts'
import { worktreeSchema } from '../worktree-resources.ts'
import { worktreeStatuses } from '../worktree-state.ts'

export const worktreeOperations = {
  'worktrees.list': operation({
    method: 'GET',
    path: '/worktrees',
    summary: 'Worktrees of your sessions, for an administrator all; the newest first',
    access: 'sessions:read',
    input: z.strictObject({
      status: z.enum(worktreeStatuses).optional().describe('only those in this state'),
      ...pageFields,
    }),
    output: pageOf(worktreeSchema),
    answer: 'json',
    status: 200,
    errors: [],
    surfaces: ['api', 'sdk', 'cli'],
  }),
  'worktrees.reclaim': operation({
    method: 'POST',
    path: '/worktrees/reclaim',
    summary: 'Remove worktrees that no session has; tells which',
    access: 'admin',
    input: z.strictObject({
      older_than: lifeSeconds.describe('seconds after which one goes that no session has had since'),
      repository: repositoryName.optional().describe('only those of this repository'),
    }),
    // No session gets them from now on; a runner removes their files.
    output: z.array(worktreeSchema),
    answer: 'json',
    status: 200,
    errors: ['repository_not_found'],
    surfaces: ['api', 'sdk', 'cli'],
  }),
}
