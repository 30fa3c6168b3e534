import type { Page } from '../../services/contract/page.ts'

/**
 * The items of a list to its end, page by page, each asked for when the one before has been taken:
 *
 *     for await (const session of every(cursor => client.sessions.list({ cursor }))) …
 *
 * What comes and goes meanwhile makes no other item be told twice or left out.
 */
export async function* every<Item>(
  page: (cursor: string | undefined) => Promise<Page<Item>>,
): AsyncGenerator<Item, void> {
  let cursor: string | undefined
  do {
    const { items, next } = await page(cursor)
    yield* items
    cursor = next ?? undefined
  } while (cursor !== undefined)
}
