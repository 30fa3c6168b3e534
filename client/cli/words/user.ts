import { visible } from '../../../lib/visible.ts'
import type { User } from '../../../services/contract/user-resources.ts'
import { allFlag, listCall, pageFlags } from '../list-call.ts'
import { oneCall } from '../one-call.ts'
import { relativeTime } from '../render/relative-time.ts'
import { type Column, table } from '../render/table.ts'
import { renderUser } from '../render/user.ts'
import { ifMatchFlag, versionedCall } from '../versioned-call.ts'
import type { Words } from './words.ts'

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
  flags: { password: { value: 'FILE', read: 'new secret' } },
  examples: ['alice', 'alice --role admin --password -', 'ci --role service'],
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
  act: versionedCall('users.get', renderUser),
}

export const userUpdate: Words<'users.update'> = {
  path: ['user', 'update'],
  places: ['user'],
  flags: { display_name: { value: 'TEXT' } },
  extras: [ifMatchFlag],
  examples: ['alice --role admin', 'alice --display-name "Alice A."'],
  act: versionedCall('users.update', renderUser),
}

export const userPassword: Words<'users.password'> = {
  path: ['user', 'password'],
  places: ['user'],
  flags: { password: { value: 'FILE', read: 'new secret', default: '-' } },
  examples: ['alice', 'alice --password password.txt'],
  act: oneCall(
    'users.password',
    ({ name }) => `${visible(name)} has another password, and is signed in nowhere\n`,
  ),
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
