/** The first of these rows that together have so many bytes; none where nothing is to be covered. */
export function untilCovered<Row extends { readonly bytes: number }>(
  rows: readonly Row[],
  excess: number,
): Row[] {
  let left = excess
  const taken: Row[] = []
  for (const row of rows) {
    if (left <= 0) break
    taken.push(row)
    left -= row.bytes
  }
  return taken
}
