import { z } from 'zod'

/** Which submodules of its repository a session gets: none, those at the top, or theirs as well. */
export const submoduleChoices = ['none', 'top', 'recursive'] as const
export type SubmoduleChoice = (typeof submoduleChoices)[number]

/** A submodule that a session has. */
export const submoduleSchema = z.object({
  /** Relative to the top of the worktree. */
  path: z.string(),
  /** Where it is fetched from, with what was relative resolved; never with credentials. */
  url: z.string(),
  /** What its repository records; nothing that was committed there later. */
  commit: z.string(),
})
export type Submodule = z.infer<typeof submoduleSchema>
