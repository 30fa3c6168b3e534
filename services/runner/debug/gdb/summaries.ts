import type { GdbChild } from './mi-answers.ts'

/** How many parts of a value are told with it. */
export const mostTold = 5

/** What gdb says of a variable object that has parts: nothing of them. */
export const saysNothing = (value: string | undefined): boolean =>
  value !== undefined && /^(?:\{\.\.\.\}|\[\d+\])$/.test(value)

/** A value by its first parts, as gdb writes values that are not variable objects. */
export function summaryOf(
  { type = '', displayhint }: Pick<GdbChild, 'type' | 'displayhint'>,
  parts: readonly GdbChild[],
): string {
  const told = parts.slice(0, mostTold)
  const more = parts.length > mostTold ? [displayhint === 'map' ? ', ...' : '...'] : []
  if (displayhint === 'map') return `{${pairs(told).join(', ')}${more.join('')}}`
  if (displayhint === 'array' || type.endsWith(']'))
    return `{${told.map(({ value = '' }) => value).join(', ')}${more.join('')}}`
  return `{${[...told.map(({ exp, value = '' }) => `${exp} = ${value}`), ...more].join(', ')}}`
}

/** Of a map, keys and values come in turn. */
function pairs(parts: readonly GdbChild[]): string[] {
  const all: string[] = []
  for (let at = 0; at + 1 < parts.length; at += 2)
    all.push(`[${parts[at]?.value ?? ''}] = ${parts[at + 1]?.value ?? ''}`)
  return all
}
