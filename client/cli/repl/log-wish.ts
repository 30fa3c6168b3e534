import { lineIn } from './break-wish.ts'
import { type Fault, fault, type Wish } from './order.ts'

const expected =
  'expected LINE or FILE:LINE, a comma and a message, its values in braces: dprintf 12,"total is {total}"'

/** What `dprintf` says, and where: `12,"total is {total}"`, in place of stopping there. */
export function logWish(text: string, presentFile: string | null): Wish | Fault {
  const [, place = '', said = ''] = /^([^",]*(?::"[^"]*")?)\s*,\s*(.+)$/s.exec(text) ?? []
  const [, quoted, rest] = /^"((?:[^"\\]|\\.)*)"\s*(,.*)?$/s.exec(said) ?? []
  // As in gdb, with a format and arguments.
  if (rest !== undefined || said === '') return fault(expected)
  const at = /^\d+$/.test(place.trim()) ? lineIn(presentFile, place.trim(), 'dprintf') : place.trim()
  if (typeof at !== 'string') return at
  if (!at.includes(':')) return fault(expected)
  const message = quoted?.replace(/\\n$/, '').replaceAll('\\"', '"') ?? said
  return { kind: 'line', at, log_message: message }
}
