import { items } from '../readers/items.ts'
import { whole } from '../readers/whole.ts'
import type { Words } from './words.ts'

export const repositoryInit: Words<'repositories.add'> = {
  tool: 'repository_init',
  title: 'Register a repository',
  description:
    'Register a git repository so that sessions can be opened on it, and wait until it has been fetched. Needed once for each repository; doing it again changes nothing. Returns its name and status: "ready" can be used in session_create, "pending" is still being fetched (call again), "failed" tells why.',
  defaults: { wait: 20 },
  idempotent: true,
  openWorld: true,
  reader: whole('repositories.add'),
}

export const repositoryList: Words<'repositories.list'> = {
  tool: 'repository_list',
  title: 'List repositories',
  description:
    'The repositories that sessions can be opened on, each with its name for session_create, its address, its default branch and its status.',
  reader: items('repositories.list'),
}
