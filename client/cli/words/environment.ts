import type { Environment } from '../../../services/contract/environment-resources.ts'
import { allFlag, listCall, pageFlags } from '../list-call.ts'
import { oneCall } from '../one-call.ts'
import { statusColour } from '../render/paint.ts'
import { relativeTime } from '../render/relative-time.ts'
import { sizeText } from '../render/size-text.ts'
import { type Column, table } from '../render/table.ts'
import type { Words } from './words.ts'

const columns = (now: number): Column<Environment>[] => [
  { title: 'ID', cell: row => row.id },
  { title: 'STATUS', cell: row => row.status, colour: row => statusColour(row.status) },
  { title: 'MANAGER', cell: row => row.manager },
  { title: 'REPOSITORY', cell: row => row.repository ?? '-', flexible: true },
  { title: 'KEY', cell: row => row.key.slice(0, 12) },
  { title: 'SIZE', cell: row => (row.bytes === null ? '-' : sizeText(row.bytes)) },
  { title: 'SESSIONS', cell: row => String(row.sessions) },
  { title: 'USED', cell: row => relativeTime(row.used_at, now) },
]

export const environmentList: Words<'environments.list'> = {
  path: ['environment', 'list'],
  flags: pageFlags,
  extras: [allFlag],
  examples: ['', '--manager npm', '--json'],
  act: listCall(
    ({ environments }) => environments.list,
    (environments, context) =>
      environments.length === 0 ? 'no environments\n' : table(environments, columns(context.now), context),
  ),
}

export const environmentDelete: Words<'environments.delete'> = {
  path: ['environment', 'delete'],
  places: ['environment'],
  examples: ['env_0123'],
  act: oneCall('environments.delete', ({ id, status }) => `${id} ${status}\n`),
}
