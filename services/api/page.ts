import type { z } from 'zod'
import type { Page } from '../contract/page.ts'
import { done, type Outcome, refuseFields } from './outcome.ts'

/** How a list is ordered: by a key that no two rows share and that no row changes. A cursor is the key of the last one told. */
export type Order<Key extends z.ZodType, Row> = {
  readonly key: Key
  readonly keyOf: (row: Row) => z.output<Key>
}

/** Which page of a list. */
export type Asked = { readonly cursor?: string | undefined; readonly limit: number }

/** One page of a list. `load` gives the rows behind a key, or the first ones, and no more than so many. */
export async function page<Key extends z.ZodType, Row, Item>(
  { cursor, limit }: Asked,
  { key, keyOf }: Order<Key, Row>,
  load: (after: z.output<Key> | undefined, most: number) => Promise<readonly Row[]>,
  item: (row: Row) => Item,
): Promise<Outcome<Page<Item>>> {
  const after = cursor === undefined ? undefined : key.safeParse(keyIn(cursor))
  if (after?.success === false)
    return refuseFields([{ path: 'cursor', message: 'expected the next of a page of this list' }])
  // One more than is told: whether there is another page.
  const rows = await load(after?.data, limit + 1)
  const told = rows.slice(0, limit)
  const last = told.at(-1)
  const next = last === undefined || rows.length <= limit ? null : cursorAt(keyOf(last))
  return done({ items: told.map(item), next })
}

const cursorAt = (key: unknown): string => Buffer.from(JSON.stringify(key)).toString('base64url')

function keyIn(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
