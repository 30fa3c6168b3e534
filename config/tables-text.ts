import { UserError } from '../lib/user-error.ts'
import { isTable } from './judge.ts'
import { keyName } from './keys.ts'

/** A table of TOML, as it is written. Keys that are undefined are none. */
export type Table = Readonly<Record<string, unknown>>

/** Each table under its header, its keys one a line: a change of one thing is a change of one line. */
export const tablesText = (tables: Table): string =>
  Object.entries(tables)
    .flatMap(([kind, named]) =>
      isTable(named) ? Object.entries(named).map(one => [kind, one] as const) : [],
    )
    .map(([kind, [name, table]]) => sections([kind, name], table).join('\n'))
    .join('\n')

/** A whole document: the keys at its top, and behind them its tables. */
export const documentText = (document: Table): string => sections([], document).join('\n')

/** A table, and behind it those in it. */
function sections(path: readonly string[], table: unknown): string[] {
  if (!isTable(table)) throw notWritable(path, 'expected a table')
  const entries = Object.entries(table).filter(([, value]) => value !== undefined)
  const plain = entries.filter(([, value]) => !isTable(value))
  const inner = entries.filter(([, value]) => isTable(value))
  const lines = plain.map(([key, value]) => `${keyName([key])} = ${written([...path, key], value)}\n`)
  const header = path.length === 0 ? '' : `[${keyName(path)}]\n`
  const own = plain.length > 0 || inner.length === 0 ? [`${header}${lines.join('')}`] : []
  return [...own, ...inner.flatMap(([key, value]) => sections([...path, key], value))]
}

function written(path: readonly string[], value: unknown): string {
  switch (typeof value) {
    case 'string':
      // A text of JSON is one of TOML, but for DEL, which has to be escaped there.
      return JSON.stringify(value.toWellFormed()).replaceAll('\x7f', '\\u007F')
    case 'boolean':
      return String(value)
    case 'number':
      return numberOf(value)
  }
  if (Array.isArray(value))
    return `[${value.map((one, at) => written([...path, String(at)], one)).join(', ')}]`
  if (isTable(value)) {
    const entries = Object.entries(value).filter(([, one]) => one !== undefined)
    const inner = entries.map(([key, one]) => `${keyName([key])} = ${written([...path, key], one)}`)
    return inner.length === 0 ? '{}' : `{ ${inner.join(', ')} }`
  }
  throw notWritable(path, value === null ? 'TOML has no word for null' : 'TOML has no word for this')
}

/** What is no safe integer is written as the floating-point number that it is. */
function numberOf(value: number): string {
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return value.toExponential()
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf'
  return String(value)
}

const notWritable = (path: readonly string[], why: string): UserError =>
  new UserError(`${keyName(path)} cannot be written: ${why}`)
