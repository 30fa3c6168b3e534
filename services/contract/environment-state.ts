import { z } from 'zod'

/** What can build an environment: what its files and tools are stands in the runner, a file each. */
export const environmentManagers = ['conda', 'pip', 'uv', 'npm', 'pnpm', 'yarn', 'cargo', 'go'] as const
export type EnvironmentManager = (typeof environmentManagers)[number]

/** `auto`: those whose lock files are at the top of the worktree. */
export const environmentChoices = ['auto', 'none', ...environmentManagers] as const
export type EnvironmentChoice = (typeof environmentChoices)[number]

/** Which environments a session is to have. */
export const environmentChoice = z
  .array(z.enum(environmentChoices))
  .min(1)
  .max(environmentManagers.length)
  .refine(
    given => given.length === 1 || !given.some(one => one === 'auto' || one === 'none'),
    'auto and none stand alone',
  )
  .refine(given => new Set(given).size === given.length, 'names the same one twice')

/**
 *     building → ready ──→ evicted
 *        └────→ failed ──────↑
 *
 * What is evicted is gone as soon as its directory is. No environment is ever built again: another one with the same key
 * takes its place.
 */
export const environmentStatuses = ['building', 'ready', 'failed', 'evicted'] as const
export type EnvironmentStatus = (typeof environmentStatuses)[number]

const next: Record<EnvironmentStatus, readonly EnvironmentStatus[]> = {
  building: ['ready', 'failed'],
  ready: ['evicted'],
  failed: ['evicted'],
  evicted: [],
}

export const environmentSourcesOf = (to: EnvironmentStatus): EnvironmentStatus[] =>
  environmentStatuses.filter(from => next[from].includes(to))

/** `abandoned`: its build was given up, with its session for example, which is nobody else's failure. */
export const environmentFailureReasons = ['build_failed', 'abandoned'] as const

export const environmentFailureSchema = z.object({
  reason: z.enum(environmentFailureReasons),
  message: z.string(),
})
export type EnvironmentFailure = z.infer<typeof environmentFailureSchema>
