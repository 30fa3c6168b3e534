import { visible } from '../../../lib/visible.ts'
import type { Breakpoint } from '../../../services/contract/debug-breakpoints.ts'
import type { RenderContext } from '../words/words.ts'
import { type Column, table } from './table.ts'

/** Where a breakpoint is, as it would be asked for. */
export function placeOf(breakpoint: Breakpoint): string {
  switch (breakpoint.kind) {
    case 'line': {
      const { file, line, text } = breakpoint
      return visible(line === null ? `${file}:"${text}"` : `${file}:${line}`)
    }
    case 'function':
      return visible(`function ${breakpoint.name}`)
    case 'exception':
      return visible(`exception ${breakpoint.filter}`)
    case 'data': {
      const { expression, access_type } = breakpoint
      return visible(`data ${expression}${access_type === 'write' ? '' : ` (${access_type})`}`)
    }
  }
}

/** What has to hold for it, and what it says instead of stopping. */
function whenOf(breakpoint: Breakpoint): string {
  const hits = 'hit_condition' in breakpoint ? breakpoint.hit_condition : null
  const log = 'log_message' in breakpoint ? breakpoint.log_message : null
  const parts = [
    breakpoint.condition === null ? '' : `if ${breakpoint.condition}`,
    hits === null ? '' : `hits ${hits}`,
    log === null ? '' : `log ${JSON.stringify(log)}`,
  ]
  return visible(parts.filter(part => part !== '').join(', '))
}

const why = ({ message }: Breakpoint): string =>
  message === null ? 'the debugger has not said why' : visible(message)

/** The breakpoints at which the debuggee does not stop, each with the reason; nothing where there are none. */
export const renderUnverified = (
  breakpoints: readonly Breakpoint[],
  { paint }: Pick<RenderContext, 'paint'>,
): string =>
  breakpoints
    .filter(({ verified }) => !verified)
    .map(
      one => `${paint('yellow', `breakpoint ${one.id} at ${placeOf(one)} is not verified:`)} ${why(one)}\n`,
    )
    .join('')

const id: Column<Breakpoint> = { title: '#', cell: row => String(row.id) }
const at: Column<Breakpoint> = { title: 'AT', cell: placeOf }
const when: Column<Breakpoint> = { title: 'WHEN', cell: whenOf }
const verified: Column<Breakpoint> = {
  title: 'VERIFIED',
  cell: row => (row.verified ? 'yes' : 'no'),
  colour: row => (row.verified ? 'green' : 'yellow'),
}
const whyNot: Column<Breakpoint> = { title: 'WHY NOT', cell: row => (row.verified ? '' : why(row)) }

/** All breakpoints; conditions and reasons only where one of them has any. */
export const renderBreakpoints = (rows: readonly Breakpoint[], context: RenderContext): string => {
  if (rows.length === 0) return 'no breakpoints\n'
  const conditions = rows.some(row => whenOf(row) !== '') ? [when] : []
  const reasons = rows.every(row => row.verified) ? [] : [whyNot]
  return table(rows, [id, at, ...conditions, verified, ...reasons], context)
}
