import type { SessionJoined } from '../../store/rows.ts'
import { secretsMark } from '../../store/session-secrets.ts'
import type { RunnerContext } from '../context.ts'
import { environmentKey, type StagedFile } from './environment-key.ts'
import type { Manager } from './managers/manager.ts'
import { readFiles } from './read-files.ts'

/** An environment as a session needs it: whether there is one already, its key tells. */
export type EnvironmentPlan = {
  readonly manager: Manager
  readonly key: string
  readonly line: string
  /** What its build gets. */
  readonly files: readonly StagedFile[]
}

export type Planned =
  | { readonly ok: true; readonly plan: EnvironmentPlan }
  | { readonly ok: false; readonly message: string }

const mostSeen = 100_000

/** `paths`: the files of the session's worktree. */
export async function planEnvironment(
  {
    store,
    files,
    path,
    inherit,
    tools,
  }: Pick<RunnerContext, 'store' | 'files' | 'path' | 'inherit' | 'tools'>,
  session: SessionJoined,
  manager: Manager,
  paths: readonly string[],
): Promise<Planned> {
  const [read, found] = await Promise.all([
    readFiles(files.worktree(session.id), manager, paths),
    tools.find(manager, { ...inherit, PATH: path }),
  ])
  if (!read.ok) return { ok: false, message: `${manager.name}: ${read.message}` }
  if (!found.ok) return found
  const names = new Set(read.files.map(file => file.path))
  const line = (offline: boolean) => manager.build({ tool: found.tools[0].name, files: names, offline })
  const key = environmentKey({
    owner: session.owner_id,
    repository: session.repository_id,
    manager: manager.name,
    // What was built with the network serves without it as well.
    line: line(false),
    tools: found.tools,
    platform: `${process.platform} ${process.arch}`,
    secrets: await secretsMark(store, session.id),
    files: read.files,
  })
  const seen = paths.filter(one => manager.sees?.(one) === true && !names.has(one)).slice(0, mostSeen)
  const staged = [...read.files, ...seen.map(one => ({ path: one, bytes: Buffer.alloc(0) }))]
  return { ok: true, plan: { manager, key, line: line(session.offline === 1), files: staged } }
}
