import { sizeOf } from './part.ts'
import { shortened } from './shortened.ts'

export type Fitted = {
  /** From the first on, as many as fit; at least one where there is any. */
  readonly items: readonly unknown[]
  /** Of an item that alone was too large: what is not whole in it. */
  readonly shortened: readonly string[]
}

/** The first items of a list that fit into so many bytes of JSON. One that alone does not fit is shortened. */
export function fitItems(all: readonly unknown[], room: number): Fitted {
  const items: unknown[] = []
  let left = room
  for (const item of all) {
    const size = sizeOf(item) + 1
    if (size > left) break
    items.push(item)
    left -= size
  }
  if (items.length > 0 || all.length === 0) return { items, shortened: [] }
  const { value, paths } = shortened(all[0], room)
  return { items: [value], shortened: paths }
}
