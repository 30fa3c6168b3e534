import type { DocumentName } from './schema.ts'
import { tomlEntries } from './toml-entries.ts'

/**
 * The text of a new `config/NAME.local.toml`, made of the shipped file: every key with its comment and its default, and
 * commented out. A sign without a space after it is in front of what can be taken in.
 */
export function localText(document: DocumentName, shipped: string): string {
  const lines = shipped.split('\n')
  const begin = lines.findIndex(line => !line.startsWith('#'))
  const keyLines = new Set<number>()
  for (const { kind, line, lastLine } of tomlEntries(shipped))
    if (kind === 'key') for (let at = line; at <= lastLine; at++) keyLines.add(at)
  const body = lines.map((line, at) =>
    keyLines.has(at + 1) ? `#${line}` : line.replace(/^# (?=[a-z][a-z0-9_]* = )/, '#'),
  )
  return [...heading(document), ...body.slice(begin)].join('\n')
}

const heading = (document: DocumentName): string[] => [
  `# What this clone changes of config/${document}.toml; ignored by git. To set a key, take away the # in front of it.`,
  '# The values are the defaults.',
]
