import { markdownTable } from '../../../lib/markdown-table.ts'
import { exitCodeMeanings } from '../exit-codes.ts'
import { globalFlags } from '../program.ts'
import { groups } from '../words.ts'
import { type CommandEntry, commandEntries } from './entries.ts'

/** The command line as Markdown: the generated parts of docs/cli.md, each a block of its own. */

/** All commands at a glance, a table for each group. */
export function commandTables(): string {
  const byTop = Map.groupBy(commandEntries(), ({ path: [top] }) => (groups[top] === undefined ? '' : top))
  return [...byTop]
    .map(([top, entries]) => {
      const rows = entries.map(entry => [
        `[\`${entry.path.join(' ')}\`](#${anchor(entry)})`,
        cell(firstSentence(entry)),
      ])
      const title = top === '' ? '' : `**${top}**: ${groups[top]}\n\n`
      return `${title}${markdownTable(['command', ''], rows)}`
    })
    .join('\n\n')
}

/** Every command in full. */
export const commandSections = (): string => commandEntries().map(section).join('\n\n')

/** The flags that go with every command. */
export const globalFlagTable = (): string => flagTable(globalFlags)

export const exitCodeTable = (): string =>
  markdownTable(
    ['code', 'meaning'],
    exitCodeMeanings.map(([code, meaning]) => [String(code), meaning]),
  )

function section(entry: CommandEntry): string {
  const { path, summary, usage, places, flags, examples, sameAs } = entry
  const title = `### debug-server ${path.join(' ')}`
  if (sameAs !== undefined)
    return `${title}\n\nThe same as [\`debug-server ${sameAs.join(' ')}\`](#${anchor({ path: sameAs })}).`
  return [
    title,
    `${cell(summary)}.`,
    fenced([`debug-server ${path.join(' ')} ${usage}`.trimEnd()]),
    ...(places.length === 0 ? [] : [flagTable(places.map(one => ({ ...one, flags: one.name })))]),
    ...(flags.length === 0 ? [] : [flagTable(flags)]),
    ...(examples.length === 0
      ? []
      : ['Such as', fenced(examples.map(one => `debug-server ${[...path, one].join(' ')}`.trimEnd()))]),
  ].join('\n\n')
}

const flagTable = (flags: readonly { readonly flags: string; readonly describe: string }[]): string =>
  markdownTable(
    ['', ''],
    flags.map(({ flags: text, describe }) => [`\`${text}\``, cell(describe)]),
  )

const fenced = (lines: readonly string[]): string => `\`\`\`text\n${lines.join('\n')}\n\`\`\``

const anchor = ({ path }: Pick<CommandEntry, 'path'>): string => `debug-server-${path.join('-')}`

const firstSentence = ({ summary, sameAs }: CommandEntry): string =>
  sameAs === undefined ? (summary.split(/ ?[:;,(]/, 1)[0] ?? summary) : `the same as ${sameAs.join(' ')}`

/** What would be taken for markup, or for the end of a cell. */
const cell = (text: string): string => text.replace(/[|<>*_]/g, '\\$&').replaceAll('\n', ' ')
