/** A page of a list: how long the list is, and where the following page begins. */
export function paged<Item>(all: readonly Item[], start: number, limit: number) {
  const items = all.slice(start, start + limit)
  const end = start + items.length
  return { items, total: all.length, next: end < all.length ? end : null }
}
