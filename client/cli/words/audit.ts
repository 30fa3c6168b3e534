import type { AuditEntry } from '../../../services/contract/audit-entry.ts'
import { oneCall } from '../one-call.ts'
import { relativeTime } from '../render/relative-time.ts'
import { type Column, table } from '../render/table.ts'
import type { Words } from './words.ts'

const subjectOf = ({ command, session, repository, token, user }: AuditEntry): string =>
  command ?? session ?? repository ?? token ?? user ?? '-'

const columns = (now: number): Column<AuditEntry>[] => [
  { title: 'POSITION', cell: row => String(row.position) },
  { title: 'WHEN', cell: row => relativeTime(row.at, now) },
  { title: 'USER', cell: row => row.actor_name ?? row.actor, flexible: true },
  { title: 'TOKEN', cell: row => row.actor_token_name ?? row.actor_token, flexible: true },
  { title: 'OPERATION', cell: row => row.operation },
  { title: 'OF', cell: subjectOf },
  { title: 'FROM', cell: row => row.address ?? '-' },
]

export const auditList: Words<'audit.list'> = {
  path: ['audit'],
  flags: {
    session: { value: 'ID' },
    actor: { value: 'USER' },
    actor_token: { value: 'ID' },
    before: { value: 'POSITION' },
    limit: { value: 'N' },
  },
  examples: [
    '',
    '--actor alice',
    '--actor-token tok_0123',
    '--session ses_0123456789ab --json',
    '--before 4711 --limit 20',
  ],
  act: oneCall('audit.list', (entries, context) =>
    entries.length === 0 ? 'nothing has been changed\n' : table(entries, columns(context.now), context),
  ),
}
