import { visible, visibleLines } from '../../../lib/visible.ts'
import type { DebuggedChild, DebugSession, Frame, Stop } from '../../../services/contract/debug-resources.ts'
import type { DebugEnd } from '../../../services/contract/debug-state.ts'
import type { RenderContext } from '../words/words.ts'
import { statusColour } from './paint.ts'
import { relativeTime } from './relative-time.ts'
import { sourceLine } from './source-line.ts'
import { type Column, table } from './table.ts'

/** Where a debuggee stands, in one line. */
export function standing({ status, stop, end }: Pick<DebugSession, 'status' | 'stop' | 'end'>): string {
  switch (status) {
    case 'launching':
    case 'running':
      return status
    case 'stopped':
      return stop === null ? status : stopText(stop)
    case 'ended':
      return end === null ? status : endText(end)
  }
}

const stopText = ({ reason, frame, thread }: Stop): string => {
  const where = frame === null ? '' : ` in ${visible(frame.name)} at ${placeOf(frame)}`
  return `stopped (${visible(reason)})${where}${thread === 1 ? '' : `, thread ${thread}`}`
}

/** Most messages of an exit tell the code already. */
const endText = ({ reason, message, exit_code }: DebugEnd): string => {
  const code = exit_code === null || message.endsWith(` ${exit_code}`) ? '' : `; exit code ${exit_code}`
  return `ended (${reason}): ${visibleLines(message).join(' ')}${code}`
}

/** `app.py:12`. Of what has no source, a line says nothing. */
export const placeOf = ({ file, line }: Pick<Frame, 'file' | 'line'>): string =>
  file === null ? '(no source)' : `${visible(file)}:${line}`

/** Where a debuggee stands, with the line it stands at and the exception that it stands for. */
export function renderStanding(debug: DebugSession): string {
  const lines = [standing(debug)]
  const { status, stop } = debug
  if (status === 'stopped' && stop !== null) {
    const { frame, reason, description, text } = stop
    if (frame !== null && frame.source !== null) lines.push(sourceLine(frame.line, frame.source))
    if (reason === 'exception' && (description !== null || text !== null)) {
      const exception = [description, text].filter(part => part !== null && part !== '').join(': ')
      lines.push(...visibleLines(exception).map(line => `  ${line}`))
    }
  }
  const stands = debug.children.filter(child => child.status === 'stopped')
  lines.push(...stands.map(childText))
  const [first] = stands
  if (first !== undefined) lines.push(`act on such a process with --debug ${first.id}`)
  return `${lines.join('\n')}\n`
}

function childText({ id, process, stop }: DebuggedChild): string {
  const { reason = '', frame = null } = stop ?? {}
  const where = frame === null ? '' : ` in ${visible(frame.name)} at ${placeOf(frame)}`
  return `${id}, its process ${process}: stopped (${visible(reason)})${where}`
}

const columns = (now: number): Column<Branch>[] => [
  { title: 'ID', cell: row => `${'  '.repeat(row.depth)}${row.id}` },
  { title: 'STATUS', cell: row => row.status, colour: row => statusColour(row.status) },
  { title: 'COMMAND', cell: row => row.command },
  { title: 'PROCESS', cell: row => (row.process === null ? '-' : String(row.process)) },
  { title: 'CREATED', cell: row => relativeTime(row.created_at, now) },
  {
    title: 'WHERE',
    cell: row => (row.stop === null && row.end === null ? '-' : standing(row)),
    flexible: true,
  },
]

export const renderDebugSessions = (rows: readonly DebugSession[], context: RenderContext): string =>
  rows.length === 0 ? 'no debug sessions\n' : table(branches(rows), columnsOf(rows, context.now), context)

const columnsOf = (rows: readonly DebugSession[], now: number): Column<Branch>[] =>
  columns(now).filter(({ title }) => title !== 'PROCESS' || rows.some(row => row.process !== null))

type Branch = DebugSession & { readonly depth: number }

/** Each with what it has started below it. */
function branches(rows: readonly DebugSession[]): Branch[] {
  const there = new Set(rows.map(({ id }) => id))
  const below = Map.groupBy(rows, ({ parent }) => (parent !== null && there.has(parent) ? parent : null))
  const from = (parent: DebugSession['parent'], depth: number): Branch[] =>
    (below.get(parent) ?? []).flatMap(row => [{ ...row, depth }, ...from(row.id, depth + 1)])
  return from(null, 0)
}
