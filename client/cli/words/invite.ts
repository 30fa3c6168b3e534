import { visible } from '../../../lib/visible.ts'
import type { Invite } from '../../../services/contract/invite-resources.ts'
import { allFlag, listCall, pageFlags } from '../list-call.ts'
import { oneCall } from '../one-call.ts'
import { statusColour } from '../render/paint.ts'
import { relativeTime } from '../render/relative-time.ts'
import { type Column, table } from '../render/table.ts'
import type { Words } from './words.ts'

const columns = (now: number): Column<Invite>[] => [
  { title: 'ID', cell: row => row.id },
  { title: 'CODE', cell: row => row.hint },
  { title: 'USED', cell: row => `${row.used}/${row.uses}` },
  { title: 'STATUS', cell: row => row.status, colour: row => statusColour(row.status) },
  { title: 'EXPIRES', cell: row => relativeTime(row.expires_at, now) },
  { title: 'BY', cell: row => row.created_by, flexible: true },
  { title: 'NOTE', cell: row => row.note ?? '-', flexible: true },
]

export const inviteGenerate: Words<'invites.create'> = {
  path: ['invite-codes', 'generate'],
  flags: {
    count: { value: 'N' },
    uses: { value: 'N' },
    expires_in: { value: 'DURATION', read: 'seconds' },
    note: { value: 'TEXT' },
  },
  examples: ['', '--count 5 --expires-in 2d --prefix team', '--uses 30 --note "the course"'],
  act: () => import('../acts/invite-generate.ts'),
}

export const inviteList: Words<'invites.list'> = {
  path: ['invite-codes', 'list'],
  flags: pageFlags,
  extras: [allFlag],
  examples: ['', '--status valid', '--json'],
  act: listCall(
    ({ invites }) => invites.list,
    (invites, context) =>
      invites.length === 0 ? 'no invites\n' : table(invites, columns(context.now), context),
  ),
}

export const inviteRevoke: Words<'invites.revoke'> = {
  path: ['invite-codes', 'revoke'],
  places: ['invite'],
  examples: ['inv_0123'],
  act: oneCall('invites.revoke', invite => `${invite.id} ${visible(invite.hint)} revoked\n`),
}
