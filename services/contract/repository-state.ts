import { z } from 'zod'

/**
 *     pending → ready ⇄ failed(reason)
 *
 * `pending`: its mirror has not been made yet. `failed`: the last fetch did not succeed; an older mirror, where there
 * is one, still serves.
 */
export const repositoryStatuses = ['pending', 'ready', 'failed'] as const
export type RepositoryStatus = (typeof repositoryStatuses)[number]

export const repositoryFailureSchema = z.object({
  reason: z.enum(['unreachable', 'access_denied', 'not_a_repository', 'empty', 'timed_out']),
  message: z.string(),
})
export type RepositoryFailure = z.infer<typeof repositoryFailureSchema>
