import { z } from 'zod'
import { commandStatuses } from './command-state.ts'
import { instant } from './fields.ts'
import { instanceId } from './ids.ts'
import { repositoryStatuses } from './repository-state.ts'
import { sessionStatuses } from './session-state.ts'
import { worktreeStatuses } from './worktree-state.ts'

/** A runner that has registered. One that is gone stays here until another finds it so, and ends its leases. */
export const runnerSchema = z.object({
  id: instanceId.schema,
  /** The later it has registered, the higher. */
  token: z.int().positive(),
  /** The machine that it runs on. */
  host: z.string(),
  pid: z.int(),
  /** Its last heartbeat. */
  renewed_at: instant,
  /** Seconds without a heartbeat after which it counts as gone. */
  term: z.number(),
  /** Whether this API is connected to it. */
  connected: z.boolean(),
  /** How many sessions it starts or stops, and how many commands it watches. */
  sessions: z.int(),
  commands: z.int(),
})
export type Runner = z.infer<typeof runnerSchema>

const countsOf = <Status extends string>(statuses: readonly Status[]) => z.record(z.enum(statuses), z.int())

/** How much there is of what, at one moment. */
export const statisticsSchema = z.object({
  users: z.object({ total: z.int(), disabled: z.int() }),
  sessions: countsOf(sessionStatuses),
  commands: countsOf(commandStatuses),
  repositories: countsOf(repositoryStatuses),
  worktrees: countsOf(worktreeStatuses),
  /** Those that live. */
  debug_sessions: z.int(),
  runners: z.int(),
  /** What is kept on disk, as far as it has been measured. */
  bytes: z.object({ logs: z.int(), artifacts: z.int(), worktrees: z.int(), environments: z.int() }),
})
export type Statistics = z.infer<typeof statisticsSchema>
