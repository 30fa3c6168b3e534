/**
 * Which of the things that take `bytes` together have to go next, so that the rest is within a bound. What is larger than
 * that by itself goes first, for it would take all others with it; then the oldest. `oldest` tells some of them, in that
 * order: of all, or of those that are larger than so much.
 */
export async function pastBound<Row extends { readonly bytes: number }>(
  bytes: number,
  bound: number,
  oldest: (largerThan?: number) => Promise<Row[]>,
): Promise<Row[]> {
  if (bytes <= bound) return []
  const alone = await oldest(bound)
  return alone.length > 0 ? alone : untilCovered(await oldest(), bytes - bound)
}

/** The first of these rows that together have so many bytes. */
function untilCovered<Row extends { readonly bytes: number }>(rows: readonly Row[], excess: number): Row[] {
  let left = excess
  const taken: Row[] = []
  for (const row of rows) {
    if (left <= 0) break
    taken.push(row)
    left -= row.bytes
  }
  return taken
}
