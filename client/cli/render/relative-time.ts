const units = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const

/** `3m ago`, `in 2d`, `now`. An instant that cannot be read comes back as it is. */
export function relativeTime(instant: string, now: number): string {
  const time = Date.parse(instant)
  if (Number.isNaN(time)) return instant
  const seconds = Math.round((now - time) / 1_000)
  if (seconds === 0) return 'now'
  return seconds > 0 ? `${duration(seconds)} ago` : `in ${duration(-seconds)}`
}

/** The largest unit that fits, in whole numbers: `59s`, `2h`, `400d`. */
export function duration(seconds: number): string {
  for (const [unit, size] of units) if (seconds >= size) return `${Math.floor(seconds / size)}${unit}`
  return '0s'
}
