import ms from 'ms'

const units = ['ms', 's', 'm', 'h', 'd', 'w'] as const

/** Seconds of a time that somebody typed: `90` and `90s` are the same; `1.5h`, `30d`. Undefined for what is none. */
export function secondsOf(text: string): number | undefined {
  const [, count, letters = 's'] = /^(\d{1,10}(?:\.\d{1,9})?)(?: ?([a-z]+))?$/.exec(text) ?? []
  const unit = units.find(one => one === letters)
  if (count === undefined || unit === undefined) return undefined
  return ms(`${Number(count)}${unit}`) / 1_000
}
