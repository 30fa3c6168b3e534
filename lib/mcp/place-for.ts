/** The place of one client among those that there are. */
export type Place = {
  /** Whose it is: places of one holder count together. */
  readonly holder: string
  /** Requests that are open, streams of messages among them. */
  readonly requests: number
  readonly isAnswering: boolean
  readonly idleSince: number
}

/**
 * Who has to go for another client of `newcomer`: who has been idle for longest; else, of the holder with the most places, if that has
 * more than the newcomer would, one that only listens, or has not introduced itself yet. Undefined where nobody has to.
 */
export function placeFor<One extends Place>(places: readonly One[], newcomer: string): One | undefined {
  const [idle] = places
    .filter(({ requests, isAnswering }) => requests === 0 && !isAnswering)
    .sort((one, other) => one.idleSince - other.idleSince)
  if (idle !== undefined) return idle
  const counts = new Map<string, number>()
  for (const { holder } of places) counts.set(holder, (counts.get(holder) ?? 0) + 1)
  const [[most, count] = [newcomer, 0]] = [...counts].sort(([, one], [, other]) => other - one)
  if (count <= (counts.get(newcomer) ?? 0) + 1) return undefined
  return places.find(({ holder, isAnswering }) => holder === most && !isAnswering)
}
