import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { every } from '../../client/sdk/every.ts'
import type { ChaosServer } from './chaos-server.ts'
import { untilAnswered } from './load.ts'

/** Takes the server down, once its sessions are deleted, and tells what is left of anything: processes, leases, files. */
export async function leftovers(server: ChaosServer): Promise<string[]> {
  const { clone, api, dataDirectory, storeFile, temporary } = server
  await server.leaveOneRunner()
  await server.recover()
  for await (const { id } of every(cursor => untilAnswered(() => api.sessions.list({ cursor }))))
    await untilAnswered(() => api.sessions.delete({ session: id, wait: 30 }))
  const left: string[] = []
  const { code, stderr } = await clone.task(['down', '--yes'])
  if (code !== 0) left.push(`down ended with ${code}: ${stderr}`)
  left.push(...clone.processes().map(line => `process ${line}`))
  for (const directory of [join(dataDirectory, 'sessions'), join(dataDirectory, 'discarded'), temporary])
    left.push(...namesIn(directory).map(name => join(directory, name)))
  const entries = readdirSync(clone.path('.artifacts'), { recursive: true, withFileTypes: true })
  // What is written atomically has such a name until it is there.
  for (const entry of entries)
    if (entry.isSocket() || /^\..*\.[0-9a-f]{12}$/.test(entry.name))
      left.push(join(entry.parentPath, entry.name))
  using store = new DatabaseSync(storeFile, { readOnly: true })
  for (const [what, query] of Object.entries(leases)) {
    const { count } = store.prepare(`select count(*) as count from ${query}`).get() ?? {}
    if (count !== 0) left.push(`${count} ${what}`)
  }
  return left
}

const leases = {
  'registered runners': 'runners',
  'leased commands': 'commands where runner_token is not null',
  'leased sessions': 'sessions where runner_token is not null',
  'leased repositories': 'repositories where runner_token is not null',
  'commands that have not ended': "commands where status in ('queued', 'running')",
}

const namesIn = (directory: string): string[] => (existsSync(directory) ? readdirSync(directory) : [])
