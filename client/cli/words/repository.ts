import type { Repository } from '../../../services/contract/resources.ts'
import { allFlag, listCall, pageFlags } from '../list-call.ts'
import { oneCall } from '../one-call.ts'
import { statusColour } from '../render/paint.ts'
import { relativeTime } from '../render/relative-time.ts'
import { renderRepository } from '../render/repository.ts'
import { type Column, table } from '../render/table.ts'
import type { Words } from './words.ts'

const columns = (now: number): Column<Repository>[] => [
  { title: 'NAME', cell: row => row.name },
  { title: 'STATUS', cell: row => row.status, colour: row => statusColour(row.status) },
  { title: 'BRANCH', cell: row => row.default_branch ?? '-', flexible: true },
  { title: 'FETCHED', cell: row => (row.fetched_at === null ? '-' : relativeTime(row.fetched_at, now)) },
  { title: 'URL', cell: row => row.url, flexible: true },
]

const noWait = { name: 'no-wait', describe: 'do not wait until it has been fetched' }

export const repositoryAdd: Words<'repositories.add'> = {
  path: ['repository', 'add'],
  alias: ['server', 'init'],
  places: ['url'],
  flags: { wait: false },
  extras: [noWait],
  examples: [
    'https://github.com/python/cpython.git',
    '. --name demo',
    'git@example.org:team/app.git --no-wait',
  ],
  act: () => import('../acts/repository-add.ts'),
}

export const repositoryList: Words<'repositories.list'> = {
  path: ['repository', 'list'],
  flags: pageFlags,
  extras: [allFlag],
  examples: ['', '--json'],
  act: listCall(
    ({ repositories }) => repositories.list,
    (repositories, context) =>
      repositories.length === 0 ? 'no repositories\n' : table(repositories, columns(context.now), context),
  ),
}

export const repositoryFetch: Words<'repositories.fetch'> = {
  path: ['repository', 'fetch'],
  places: ['repository'],
  flags: { wait: false },
  extras: [noWait],
  examples: ['demo', 'demo --no-wait'],
  act: () => import('../acts/repository-fetch.ts'),
}

export const repositoryDelete: Words<'repositories.delete'> = {
  path: ['repository', 'delete'],
  places: ['repository'],
  flags: { wait: { read: 'seconds', value: 'DURATION', default: '30s' } },
  examples: ['demo', 'demo --wait 0'],
  act: oneCall('repositories.delete', ({ id, status }) => `${id} ${status}\n`),
}

export const repositoryGet: Words<'repositories.get'> = {
  path: ['repository', 'get'],
  places: ['repository'],
  flags: { wait: { read: 'seconds', value: 'DURATION' } },
  examples: ['demo', 'demo --wait 1m'],
  act: oneCall('repositories.get', renderRepository),
}
