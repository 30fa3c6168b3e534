import { markdownTable } from '../../../lib/markdown-table.ts'
import { contract, operationNames } from '../contract.ts'
import { type JsonSchema, namedSchemas } from '../json-schemas.ts'
import { type Operation, scopeOf } from '../operation.ts'
import { problemsOf } from '../operation-problems.ts'
import { problemCodes, problems } from '../problems.ts'
import { scopes } from '../scopes.ts'
import { closeCodes } from '../stream-end.ts'
import { type FieldEntry, type OperationEntry, operationGroups } from './operation-entry.ts'
import { typeWords } from './type-words.ts'

/** The contract as Markdown: the generated parts of docs/, each a block of its own. */

/** All operations at a glance, a table for each kind of thing. */
export const operationTables = (): string =>
  [...operationGroups()]
    .map(([group, entries]) => `**${group}**\n\n${markdownTable(overview, entries.map(overviewRow))}`)
    .join('\n\n')

/** Every operation in full. */
export const operationSections = (): string =>
  [...operationGroups().values()].flat().map(operationSection).join('\n\n')

/** What the named things that operations answer with consist of. */
export const schemaSections = (): string =>
  Object.entries(namedSchemas())
    .map(([name, schema]) => `### ${name}\n\n${partsOf(schema)}`)
    .join('\n\n')

export const problemTable = (): string =>
  markdownTable(
    ['code', 'status', 'meaning'],
    problemCodes.map(code => [`\`${code}\``, `${problems[code].status}`, problems[code].title]),
  )

/** How a WebSocket is closed. */
export const closeCodeTable = (): string =>
  markdownTable(
    ['code', 'reason', 'meaning'],
    closeCodes.map(({ code, reasons, meaning }) => [
      `${code}`,
      reasons.map(reason => `\`${reason}\``).join(', '),
      meaning,
    ]),
  )

/** Those that an operation need not declare, for any of its kind can meet them. */
export function commonProblems(): string {
  const common = operationNames.flatMap(name => {
    const operation: Operation = contract[name]
    return problemsOf(operation).filter(code => !operation.errors.includes(code))
  })
  return [...new Set(common)].map(code => `\`${code}\``).join(', ')
}

/** Which operations a scope opens, besides `admin` and `cli`, which open those of the others. */
export const scopeList = (): string =>
  scopes
    .flatMap(scope => {
      const opened = operationNames.filter(name => contract[name].access === scope)
      return opened.length === 0 ? [] : `- \`${scope}\`: ${opened.map(name => `\`${name}\``).join(', ')}`
    })
    .join('\n')

const overview = ['operation', 'request', 'scope', '']

const overviewRow = ({ name, method, path, access, summary }: OperationEntry): string[] => [
  `[\`${name}\`](#${name.replaceAll('.', '')})`,
  `\`${method} ${path}\``,
  accessWords(access),
  cell(summary),
]

const accessWords = (access: OperationEntry['access']): string => {
  const scope = scopeOf(access)
  if (scope !== undefined) return `\`${scope}\``
  return access === 'public' ? 'none needed' : 'any token'
}

function operationSection(entry: OperationEntry): string {
  const { name, method, path, alsoAt, access, summary, fields, status, errors, surfaces } = entry
  const also = alsoAt === undefined ? '' : ` or \`${method} ${alsoAt}\``
  const parts = [
    `### ${name}`,
    `\`${method} ${path}\`${also} · scope: ${accessWords(access)} · for: ${surfaces.join(', ')}`,
    `${summary}.`,
  ]
  if (fields.length > 0) parts.push(fields.map(fieldLine).join('\n'))
  parts.push(`Answers ${status}: ${answerWords(entry)}.`)
  if (errors.length > 0) parts.push(`Problems of its own: ${errors.map(code => `\`${code}\``).join(', ')}.`)
  return parts.join('\n\n')
}

function answerWords({ answer, output = {} }: OperationEntry): string {
  switch (answer) {
    case 'json':
      return words(output)
    case 'bytes':
      return 'its bytes, any range of which may be asked for'
    case 'stream':
    case 'events':
      return `a stream of ${words(output)}`
  }
}

/** A list, not a table: one that is as wide as the longest of these cannot be read. */
function fieldLine({ name, place, schema, required, initial, meaning }: FieldEntry): string {
  const about = [place, required ? 'required' : undefined, words(schema)].filter(Boolean).join(', ')
  const rest = [meaning, initial === undefined ? '' : `default: \`${initial}\``].filter(Boolean).join('; ')
  return `- \`${name}\` (${about})${rest === '' ? '' : `: ${rest}`}`
}

const words = (schema: JsonSchema): string => typeWords(schema, name => `[${name}](#${name.toLowerCase()})`)

/** The members of an object; of messages, which are one of several objects, each of these. */
function partsOf({ properties, anyOf, ...rest }: JsonSchema): string {
  if (Array.isArray(anyOf)) return anyOf.map(branch => `- ${words(branch)}`).join('\n')
  if (typeof properties !== 'object' || properties === null) return words(rest)
  return Object.entries(properties)
    .map(([name, schema]) => `- \`${name}\`: ${words(schema)}`)
    .join('\n')
}

const cell = (text: string): string => text.replaceAll('|', '\\|')
