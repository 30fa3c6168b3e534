import { z } from 'zod'
import type { FramePlace } from './frames.ts'

/** What a data breakpoint watches, as its `dataId`: an expression, in the frame whose names it uses. */
export type Watched = { readonly expression: string; readonly place: FramePlace | null }

const watchedSchema = z.strictObject({
  expression: z.string(),
  place: z.strictObject({ thread: z.int().min(0), level: z.int().min(0) }).nullable(),
})

export const dataIdOf = (watched: Watched): string => JSON.stringify(watched)

export function parseWatched(dataId: string): Watched | undefined {
  try {
    return watchedSchema.parse(JSON.parse(dataId))
  } catch {
    return undefined
  }
}
