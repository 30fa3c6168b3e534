import { z } from 'zod'

/** Lists that may grow without bound are told in pages. Where one goes on stands though items come and go meanwhile. */

export const pageFields = {
  cursor: z
    .string()
    .max(10_000)
    .regex(/^[A-Za-z0-9_-]+$/, 'expected the next of a page before')
    .optional()
    .describe('where to go on: next of the page before'),
  limit: z.int().min(1).max(200).default(50).describe('how many at the most'),
}

export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    items: z.array(item),
    /** The cursor of the following page; null at the end. */
    next: z.string().nullable(),
  })

export type Page<Item> = { items: Item[]; next: string | null }
