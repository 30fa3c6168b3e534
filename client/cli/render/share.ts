import { visible } from '../../../lib/visible.ts'
import type { DebugShare } from '../../../services/contract/debug-share.ts'
import type { Output } from '../../sdk/operation-types.ts'
import type { RenderContext } from '../words/words.ts'
import { relativeTime } from './relative-time.ts'
import { type Column, table } from './table.ts'

/** A token stands alone on its line, to be taken from there: it is shown once. */
export function renderShare(share: Output<'debug.share'>, { now }: RenderContext): string {
  const { role, user, name, token, expires_at } = share
  const may = role === 'control' ? 'control' : 'watch'
  const until = `until ${visible(expires_at)} (${relativeTime(expires_at, now)})`
  if (token === null) return `${visible(user ?? '')} may ${may} the debuggers of the session ${until}\n`
  return `${visible(token)}\nwhoever has this token (${visible(name ?? '')}) may ${may} the debuggers of the session ${until}; it is shown once\n`
}

const columns = (now: number): Column<DebugShare>[] => [
  { title: 'ID', cell: row => row.id },
  { title: 'WHO', cell: row => row.user ?? `token ${row.name}`, flexible: true },
  { title: 'ROLE', cell: row => row.role },
  { title: 'CREATED', cell: row => relativeTime(row.created_at, now) },
  { title: 'ENDS', cell: row => relativeTime(row.expires_at, now) },
]

export const renderShares = (rows: readonly DebugShare[], context: RenderContext): string =>
  rows.length === 0 ? 'nobody else\n' : table(rows, columns(context.now), context)

export const renderUnshared = ({ user, name }: DebugShare): string =>
  `${visible(user ?? `the token ${name}`)} has no part in the debuggers of the session any more\n`
