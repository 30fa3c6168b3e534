import { visible } from '../../../lib/visible.ts'
import type { DebugControl, SeenViewer, Viewer } from '../../../services/contract/debug-control.ts'
import type { Output } from '../../sdk/operation-types.ts'
import type { RenderContext } from '../words/words.ts'
import { relativeTime } from './relative-time.ts'
import { type Column, table } from './table.ts'

/** `maria, debug-server-cli (vwr_…)`. */
const named = ({ id, user, client }: Viewer): string =>
  `${visible(user)}${client === null ? '' : `, ${visible(client)}`} (${id})`

const asks = ({ asking }: DebugControl): string =>
  asking.map(viewer => `  asked for by ${named(viewer)}\n`).join('')

export const renderControl = ({ control, you }: Output<'debug.control'>, { now }: RenderContext): string => {
  if (control === null) return 'nobody has the control: whoever acts gets it for a moment\n'
  const whose = control.holder.id === you.id ? 'you have' : `${named(control.holder)} has`
  return `${whose} the control, since ${relativeTime(control.since, now)}\n${asks(control)}`
}

/** What is told with the state of a debug session: nothing where nobody has taken the control. */
export const renderHolder = (control: DebugControl | null): string =>
  control === null || (!control.taken && control.asking.length === 0)
    ? ''
    : `${named(control.holder)} has the control\n${asks(control)}`

const columns = (now: number): Column<SeenViewer>[] => [
  { title: 'ID', cell: row => row.id },
  { title: 'USER', cell: row => row.user },
  { title: 'ROLE', cell: row => row.role },
  { title: 'TOKEN', cell: row => row.token ?? '-' },
  { title: 'CLIENT', cell: row => row.client ?? '-', flexible: true },
  { title: 'CONNECTED', cell: row => (row.connected ? 'yes' : 'no') },
  { title: 'ACTED', cell: row => (row.acted_at === null ? '-' : relativeTime(row.acted_at, now)) },
  { title: 'CONTROL', cell: row => (row.control ? 'yes' : '-'), colour: () => 'green' },
]

export const renderViewers = (rows: readonly SeenViewer[], context: RenderContext): string =>
  rows.length === 0 ? 'nobody watches\n' : table(rows, columns(context.now), context)
