import { parseHitCondition } from '../../../contract/debug-breakpoints.ts'

/** A hit condition as people write it in editors, in our words; undefined where it is none. */
export function editorHits(text: string): string | undefined {
  const [, sign = '', digits = ''] = /^\s*(==?=?|>=?|%)?\s*(\d{1,9})\s*$/.exec(text) ?? []
  const count = Number(digits)
  const said = sign === '>' ? `>=${count + 1}` : `${sign.startsWith('=') ? '' : sign}${count}`
  return digits === '' || parseHitCondition(said) === undefined ? undefined : said
}
