import { visible } from '../../../lib/visible.ts'
import type { Output } from '../../sdk/operation-types.ts'
import { allFlag, listCall, pageFlags } from '../list-call.ts'
import { oneCall } from '../one-call.ts'
import { relativeTime } from '../render/relative-time.ts'
import { type Column, table } from '../render/table.ts'
import type { Words } from './words.ts'

const columns = (now: number): Column<Output<'sign_ins.list'>['items'][number]>[] => [
  { title: 'ID', cell: row => row.id },
  { title: 'USER', cell: row => row.user, flexible: true },
  { title: 'SIGNED IN', cell: row => relativeTime(row.created_at, now) },
  { title: 'LAST SEEN', cell: row => (row.current ? 'now, this one' : relativeTime(row.refreshed_at, now)) },
  { title: 'FROM', cell: row => row.address ?? '-' },
  { title: 'CLIENT', cell: row => row.client ?? '-', flexible: true },
]

export const signInList: Words<'sign_ins.list'> = {
  path: ['sign-in', 'list'],
  flags: pageFlags,
  extras: [allFlag],
  examples: ['', '--json'],
  act: listCall(
    ({ sign_ins: signIns }) => signIns.list,
    (signIns, context) =>
      signIns.length === 0 ? 'nobody is signed in\n' : table(signIns, columns(context.now), context),
  ),
}

export const signInEnd: Words<'sign_ins.end'> = {
  path: ['sign-in', 'end'],
  places: ['sign_in'],
  examples: ['sgn_0123'],
  act: oneCall('sign_ins.end', ({ id, user }) => `${id} of ${visible(user)} has ended\n`),
}
