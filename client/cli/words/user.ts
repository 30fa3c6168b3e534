import type { User } from '../../../services/contract/user-resources.ts'
import { allFlag, listCall, pageFlags } from '../list-call.ts'
import { oneCall } from '../one-call.ts'
import { details } from '../render/details.ts'
import { relativeTime } from '../render/relative-time.ts'
import { type Column, table } from '../render/table.ts'
import type { RenderContext, Words } from './words.ts'

const renderUser = (user: User, { now }: RenderContext): string =>
  details([
    ['name', user.name],
    ['role', user.role],
    ['created', relativeTime(user.created_at, now)],
    ['disabled', user.disabled_at && relativeTime(user.disabled_at, now)],
    ['id', user.id],
  ])

const columns = (now: number): Column<User>[] => [
  { title: 'ID', cell: row => row.id },
  { title: 'NAME', cell: row => row.name, flexible: true },
  { title: 'ROLE', cell: row => row.role },
  { title: 'CREATED', cell: row => relativeTime(row.created_at, now) },
  {
    title: 'DISABLED',
    cell: row => (row.disabled_at === null ? '-' : relativeTime(row.disabled_at, now)),
  },
]

export const userCreate: Words<'users.create'> = {
  path: ['user', 'create'],
  places: ['name'],
  examples: ['alice', 'ci --role service'],
  act: oneCall('users.create', renderUser),
}

export const userList: Words<'users.list'> = {
  path: ['user', 'list'],
  flags: pageFlags,
  extras: [allFlag],
  examples: ['', '--json'],
  act: listCall(
    ({ users }) => users.list,
    (users, context) => table(users, columns(context.now), context),
  ),
}

export const userShow: Words<'users.get'> = {
  path: ['user', 'show'],
  places: ['user'],
  examples: ['alice'],
  act: oneCall('users.get', renderUser),
}

export const userDisable: Words<'users.disable'> = {
  path: ['user', 'disable'],
  places: ['user'],
  examples: ['alice'],
  act: oneCall('users.disable', renderUser),
}

export const userEnable: Words<'users.enable'> = {
  path: ['user', 'enable'],
  places: ['user'],
  examples: ['alice'],
  act: oneCall('users.enable', renderUser),
}
