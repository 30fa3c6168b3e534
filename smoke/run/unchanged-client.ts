import { join } from 'node:path'
import { UserError } from '../../lib/user-error.ts'
import { changesBetween } from '../guard/compare.ts'
import { type Snapshot, snapshotOf } from '../guard/snapshot.ts'
import { requireClean } from './clone.ts'
import type { Phase } from './phase.ts'

/** What agents' programs write there without changing anything: git notes when it has looked at files, opencode its name for the project. */
const notes = [join('.git', 'index'), join('.git', 'opencode')]

/**
 * Does something, after which the client repository has to be as it was: also what git does not tell, such as a commit, a hook, or a file that
 * is ignored.
 */
export async function withUnchangedClient(
  { places: { client }, signal }: Phase,
  stage: string,
  work: () => Promise<void>,
): Promise<void> {
  const before = await facts(client)
  await work()
  const what = `the repository that the agent of "${stage}" works on`
  const fix = 'a stage is done by tools alone, and changes no files'
  await requireClean(client, signal, { what, fix })
  const changes = changesBetween(client, before, await facts(client))
  if (changes.length > 0)
    throw new UserError(
      `${what} is not as it was:\n${changes.map(({ how, path }) => `  ${how} ${path}`).join('\n')}`,
      { fix },
    )
}

async function facts(client: string): Promise<Snapshot> {
  const all = await snapshotOf(client)
  return Object.fromEntries(Object.entries(all).filter(([path]) => !notes.includes(path)))
}
