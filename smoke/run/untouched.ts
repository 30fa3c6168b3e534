import { join } from 'node:path'
import { UserError } from '../../lib/user-error.ts'
import { compareSnapshots, type Snapshots, savedSnapshots, takeSnapshots } from '../guard/guard.ts'
import { readEnvironment } from '../sandbox/environment-file.ts'
import { membersOf } from '../sandbox/members.ts'
import type { Places } from '../workspace/places.ts'
import type { Phase } from './phase.ts'

/** Where what has to stay as it is was written down before the first phase. */
export const beforeFile = ({ workspace }: Places): string => join(workspace, 'before.json')

const shown = 20

/** Against what was written down before, unless somebody knows that better. */
export async function untouched(
  { places, setting, signal, log }: Pick<Phase, 'places' | 'setting' | 'signal' | 'log'>,
  known?: Snapshots,
): Promise<void> {
  const before = known ?? (await savedSnapshots(beforeFile(places)))
  // With the same settings of git as before, whoever looks.
  const after = await takeSnapshots(setting.guarded, {
    environment: await readEnvironment(places),
    signal,
  })
  const ours = new Set(membersOf(setting).map(({ pid }) => pid))
  const { changes, others } = compareSnapshots(before, after, pid => ours.has(pid))
  for (const { path, how, pid } of others) log(`${path}: ${how} by pid ${pid}, which is none of this run's`)
  if (changes.length > 0)
    throw new UserError(
      `outside of the workspace this has changed meanwhile:\n${changes
        .slice(0, shown)
        .map(({ path, how }) => `  ${how} ${path}`)
        .join('\n')}${changes.length > shown ? `\n  and ${changes.length - shown} more` : ''}`,
      { fix: 'nothing of a run writes there; where it was you yourself, run it again' },
    )
  log(`${Object.keys(before).length} places are as they were`)
}
