import { z } from 'zod'
import { instant } from './fields.ts'
import { sessionId, worktreeId } from './ids.ts'
import { worktreeStatuses } from './worktree-state.ts'

export const worktreeSchema = z.object({
  id: worktreeId.schema,
  /** The name of the repository. */
  repository: z.string(),
  status: z.enum(worktreeStatuses),
  /** What has it; null while it is in the pool. */
  session: sessionId.schema.nullable(),
  /** What was checked out in it last; null before it was. */
  commit: z.string().nullable(),
  /** What it took on disk when it came back last; null before. */
  bytes: z.int().nullable(),
  created_at: instant,
  /** When a session got it, or gave it back. */
  last_used_at: instant,
})
export type Worktree = z.infer<typeof worktreeSchema>
