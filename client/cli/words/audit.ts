import type { AuditEntry } from '../../../services/contract/audit-entry.ts'
import { allFlag, listCall, pageFlags } from '../list-call.ts'
import { relativeTime } from '../render/relative-time.ts'
import { type Column, table } from '../render/table.ts'
import type { Words } from './words.ts'

const subjectOf = ({ command, session, repository, token, invite, user }: AuditEntry): string =>
  command ?? session ?? repository ?? token ?? invite ?? user ?? '-'

/** A token by its name, a sign-in by its id. */
const withWhat = ({ actor_token_name, actor_token, actor_sign_in }: AuditEntry): string =>
  actor_token_name ?? actor_token ?? actor_sign_in ?? '-'

const columns = (now: number): Column<AuditEntry>[] => [
  { title: 'POSITION', cell: row => String(row.position) },
  { title: 'WHEN', cell: row => relativeTime(row.at, now) },
  { title: 'USER', cell: row => row.actor_name ?? row.actor ?? '-', flexible: true },
  { title: 'WITH', cell: withWhat, flexible: true },
  { title: 'OPERATION', cell: row => (row.refused ? `${row.operation} refused` : row.operation) },
  { title: 'OF', cell: subjectOf },
  { title: 'FROM', cell: row => row.address ?? '-' },
]

export const auditList: Words<'audit.list'> = {
  path: ['audit'],
  flags: {
    session: { value: 'ID' },
    actor: { value: 'USER' },
    actor_token: { value: 'ID' },
    ...pageFlags,
  },
  extras: [allFlag],
  examples: [
    '',
    '--actor alice',
    '--actor-token tok_0123',
    '--session ses_0123456789ab --json',
    '--limit 200',
  ],
  act: listCall(
    ({ audit }) => audit.list,
    (entries, context) =>
      entries.length === 0 ? 'nothing has been changed\n' : table(entries, columns(context.now), context),
  ),
}
