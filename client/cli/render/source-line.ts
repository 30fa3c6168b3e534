import { visible } from '../../../lib/visible.ts'

/** A line of source with its number, as an editor shows it. Its indentation stays, each tab of it as four spaces. */
export function sourceLine(line: number, text: string): string {
  const [indent = ''] = /^[ \t]*/.exec(text) ?? []
  return `  ${String(line).padStart(4)}  ${indent.replaceAll('\t', '    ')}${visible(text.slice(indent.length))}`
}
