import { visible } from '../../../lib/visible.ts'
import type { SourceWindow } from '../../../services/contract/debug-inspected.ts'
import type { Paint } from '../render/paint.ts'

/** Lines of source with their numbers, the present one marked. */
export function sourceListing({ first, lines }: SourceWindow, present: number | null, paint: Paint): string {
  const width = String(first + lines.length - 1).length
  return lines
    .map((text, i) => {
      const line = first + i
      const row = `${line === present ? '->' : '  '} ${String(line).padStart(width)}  ${shown(text)}`
      return `${line === present ? paint('bold', row) : row}`.trimEnd().concat('\n')
    })
    .join('')
}

/** A tab is four spaces. */
function shown(text: string): string {
  const [indent = ''] = /^[ \t]*/.exec(text) ?? []
  return `${indent.replaceAll('\t', '    ')}${visible(text.slice(indent.length))}`
}
