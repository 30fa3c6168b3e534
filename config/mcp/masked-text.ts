import { tomlEntries } from '../toml-entries.ts'
import { hidden } from '../value-text.ts'

/** Tables of a server that hold what nobody else is to see. */
export const secretTables: readonly string[] = ['env', 'headers']

/** The text of a file of MCP servers, line by line, to be shown: with nothing of what stands in those tables. */
export function maskedText(text: string): string {
  const lines = text.split('\n')
  for (const { kind, path, line, lastLine } of tomlEntries(text)) {
    const [top, , table = ''] = path
    const isInside = path.length > 3 || kind === 'key'
    if (top !== 'servers' || !secretTables.includes(table) || kind === 'header' || !isInside) continue
    for (let at = line; at <= lastLine; at++) {
      const [, key] = /^([^=]*=)/.exec(lines[at - 1] ?? '') ?? []
      lines[at - 1] = at === line && key !== undefined ? `${key} ${hidden}` : hidden
    }
  }
  return lines.join('\n')
}
