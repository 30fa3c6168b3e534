import { UserError } from '../../lib/user-error.ts'

const units = new Map([
  ['s', 1],
  ['m', 60],
  ['h', 3_600],
  ['d', 86_400],
  ['w', 604_800],
])

/** Whole seconds of a time such as `90`, `30s`, `10m`, `2h`, `30d` or `2w`. */
export function readSeconds(flag: string, text: string): number {
  const [, count, unit = 's'] = /^(\d{1,10}(?:\.\d{1,3})?) ?([smhdw])?$/.exec(text) ?? []
  const factor = units.get(unit)
  if (count === undefined || factor === undefined)
    throw new UserError(`${flag} is ${JSON.stringify(text)}, expected a time such as 12h, 30d or 2w`)
  return Math.round(Number(count) * factor)
}
