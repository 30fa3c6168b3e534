import { groupsIn } from '../../../../lib/cgroups/group-base.ts'
import { runningCommands } from '../../../store/commands.ts'
import type { RunnerContext } from '../../context.ts'
import { CommandGroup } from './command-group.ts'
import { isTrial, nameOfAttempt } from './group-names.ts'

/** Takes away the groups of attempts that are over, with what is in them: their runner was killed before it did. */
export async function sweepGroups({
  cgroups,
  store,
  lease,
  log,
}: Pick<RunnerContext, 'cgroups' | 'store' | 'lease' | 'log'>): Promise<void> {
  if (cgroups.kind === 'none' || !lease.held()) return
  // Before the commands are read: a group that is made later is of one that runs by then.
  const found = groupsIn(cgroups.base).filter(name => !isTrial(name))
  if (found.length === 0) return
  const inUse = new Set((await runningCommands(store)).map(nameOfAttempt))
  for (const name of found.filter(name => !inUse.has(name))) {
    const group = new CommandGroup(cgroups.base, name)
    await group.kill(() => lease.held())
    if (lease.held() && !(await group.remove()))
      log.warn({ group: name }, 'a control group cannot be taken away')
  }
}
