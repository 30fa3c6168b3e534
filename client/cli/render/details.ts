import { visibleLines } from '../../../lib/visible.ts'

/** One thing as `name  value` lines; empty values are left out, further lines of a value are indented. */
export function details(
  entries: readonly (readonly [name: string, value: string | null | undefined])[],
): string {
  const shown = entries.filter(([, value]) => value !== null && value !== undefined && value !== '')
  const width = Math.max(0, ...shown.map(([name]) => name.length)) + 2
  return shown
    .map(([name, value]) => {
      const [first = '', ...more] = visibleLines(value ?? '')
      return [`${name.padEnd(width)}${first}`, ...more.map(line => ' '.repeat(width) + line), ''].join('\n')
    })
    .join('')
}
