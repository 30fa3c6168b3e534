import { z } from 'zod'

/**
 *     pending → starting → running → stopping → stopped
 *        └─────────┴──────────┴─────────┴→ failed(reason)
 *                  ↑                          │
 *                  └───────── resumed ────────┘  (from stopped)
 *
 * A session that is deleted is stopped first.
 */
export const sessionStatuses = ['pending', 'starting', 'running', 'stopping', 'stopped', 'failed'] as const
export type SessionStatus = (typeof sessionStatuses)[number]

const next: Record<SessionStatus, readonly SessionStatus[]> = {
  pending: ['starting', 'stopping', 'failed'],
  starting: ['running', 'stopping', 'failed'],
  running: ['stopping', 'failed'],
  stopping: ['stopped', 'failed'],
  stopped: ['starting'],
  failed: [],
}

export const sessionMayBecome = (from: SessionStatus, to: SessionStatus): boolean => next[from].includes(to)

/** The statuses from which `to` can be reached: the condition of a conditional update. */
export const sessionSourcesOf = (to: SessionStatus): SessionStatus[] =>
  sessionStatuses.filter(from => sessionMayBecome(from, to))

/** Nothing more happens to a session in one of these by itself. */
export const sessionIsSettled = (status: SessionStatus): boolean =>
  status === 'running' || status === 'stopped' || status === 'failed'

/** Who ended a session: a client, its time to live, or that nothing happened in it for as long as it may be idle. */
export const sessionEndReasons = ['stopped', 'expired', 'idle'] as const
export type SessionEndReason = (typeof sessionEndReasons)[number]

export const sessionFailureReasons = [
  'commit_not_found',
  'repository_unavailable',
  'submodule_unavailable',
  'patch_rejected',
  'worktree_failed',
  'worktree_lost',
  'isolation_unavailable',
  'environment_failed',
] as const

export const sessionFailureSchema = z.object({ reason: z.enum(sessionFailureReasons), message: z.string() })
export type SessionFailure = z.infer<typeof sessionFailureSchema>
