import { visibleLines } from '../../../lib/visible.ts'
import type { Client } from '../../sdk/client.ts'
import type { Input } from '../../sdk/operation-types.ts'
import { formatted, type NumberFormat, numberIn } from './number-format.ts'

/** The value of an expression as the debugger writes it, or, of a number, in this format. */
export async function textOfValue(
  client: Client,
  where: Omit<Input<'debug.evaluate'>, 'expression'>,
  { expression, format }: { readonly expression: string; readonly format?: NumberFormat | null },
): Promise<string> {
  const { value, truncated } = await client.debug.evaluate({ ...where, expression })
  const number = format ? numberIn(value) : undefined
  if (format && number !== undefined) return formatted(number, format)
  return `${shown(value)}${truncated ? ' …' : ''}`
}

/** A text of the debuggee, which may have any number of lines. */
export const shown = (text: string): string => visibleLines(text).join('\n')
