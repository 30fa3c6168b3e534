import type { Variable } from '../../../services/contract/debug-resources.ts'
import type { Output } from '../../sdk/operation-types.ts'
import type { RenderContext } from '../words/words.ts'
import { type Column, table } from './table.ts'

const name: Column<Variable> = { title: 'NAME', cell: row => row.name }
const type: Column<Variable> = { title: 'TYPE', cell: row => row.type || '-' }
const reference: Column<Variable> = {
  title: 'REFERENCE',
  cell: row => (row.reference > 0 ? String(row.reference) : '-'),
}
const value: Column<Variable> = {
  title: 'VALUE',
  cell: row => (row.truncated ? `${row.value} …` : row.value),
  flexible: true,
}

export const hasParts = ({ reference }: Pick<Variable, 'reference'>): boolean => reference > 0

/** Variables in a table; with the references by which their parts are seen, where one has any. */
export const renderVariables = (rows: readonly Variable[], context: RenderContext): string => {
  if (rows.length === 0) return 'no variables\n'
  return table(rows, rows.some(hasParts) ? [name, type, reference, value] : [name, type, value], context)
}

type Scope = Output<'debug.scopes'>[number]

export const renderScopes = (scopes: readonly Scope[], context: RenderContext): string =>
  scopes.length === 0
    ? 'no scopes\n'
    : table(
        scopes,
        [
          { title: 'NAME', cell: row => row.name },
          { title: 'REFERENCE', cell: row => String(row.reference) },
          { title: 'EXPENSIVE', cell: row => (row.expensive ? 'yes' : 'no') },
        ],
        context,
      )
