import { visible } from '../../../lib/visible.ts'
import type { CallEnd, Probe, ProbeRecord, Recorded } from '../../../services/contract/debug-probes.ts'
import type { RenderContext } from '../words/words.ts'
import { type Column, table } from './table.ts'

const whatOf = (probe: Probe): string =>
  probe.kind === 'calls'
    ? `calls of ${probe.file}:${probe.function}`
    : `${probe.expression} at ${probe.file}:${probe.line}${probe.changes ? ', changes' : ''}`

const columns: Column<Probe>[] = [
  { title: '#', cell: row => String(row.id) },
  { title: 'WHAT', cell: whatOf },
  { title: 'HITS', cell: row => String(row.hits) },
  {
    title: 'VERIFIED',
    cell: row => (row.verified ? 'yes' : 'no'),
    colour: row => (row.verified ? 'green' : 'yellow'),
  },
  { title: 'WHY NOT', cell: row => row.message ?? '' },
]

/** What is traced and watched; the last column only where one of it tells nothing. */
export const renderProbes = (probes: readonly Probe[], context: RenderContext): string => {
  if (probes.length === 0) return 'nothing is traced or watched\n'
  const all = probes.every(({ verified }) => verified)
  return table(probes, all ? columns.slice(0, -1) : columns, context)
}

/** One line a record: calls as they lie within each other, each when it has returned, and values by what they are of. */
export function renderRecorded({ records, probes, lost }: Recorded): string {
  const lines = records.map(record => line(record, probes))
  if (lost > 0) lines.push(`${lost} are not kept any more`)
  return lines.length === 0 ? 'nothing has been recorded\n' : `${lines.join('\n')}\n`
}

const ends: Readonly<Record<CallEnd, string>> = {
  returned: '',
  raised: ' raised',
  open: ' has not returned',
  unseen: '',
}

function line(record: ProbeRecord, probes: readonly Probe[]): string {
  if (record.kind === 'value') {
    const probe = probes.find(({ id }) => id === record.probe)
    return `${record.number}  ${visible(probe === undefined ? `#${record.probe}` : whatOf(probe))} = ${visible(record.value)}`
  }
  const given = record.arguments.map(({ name, value }) => `${name}=${value}`).join(', ')
  const result = record.result === null ? ends[record.ended] : ` = ${record.result}`
  const duration = record.duration === null ? '' : `  ${record.duration} ms`
  const within = '  '.repeat(Math.min(record.depth, 20))
  return `${record.number}  ${within}${visible(`${record.function}(${given})${result}`)}${duration}`
}
