import { visible } from '../../../../lib/visible.ts'
import { usageError } from '../../cli-error.ts'

/** Which numbers are allowed is the operation's to say. */
export function numberIn(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,6}(?:\.\d{1,6})?$/.test(text)) return Number(text)
  throw usageError(`${flag} "${visible(text)}": expected a number`)
}
