import { runningCommands } from '../../../store/commands.ts'
import type { RunnerContext } from '../../context.ts'
import { CommandGroup } from './command-group.ts'
import { groupsIn } from './group-base.ts'
import { attemptOf } from './group-of.ts'

/** Takes away the groups of attempts that are over, with what is in them: their runner was killed before it did. */
export async function sweepGroups({
  cgroups,
  store,
  lease,
  log,
}: Pick<RunnerContext, 'cgroups' | 'store' | 'lease' | 'log'>): Promise<void> {
  if (cgroups.kind === 'none') return
  // Before the commands are read: the group of one that is running by then is its own.
  const found = groupsIn(cgroups.base).flatMap(name => {
    const attempt = attemptOf(name)
    return attempt === undefined ? [] : [{ name, ...attempt }]
  })
  if (found.length === 0) return
  const running = await runningCommands(store)
  const isOver = ({ id, attempts }: (typeof found)[number]) =>
    !running.some(row => row.id === id && row.attempts === attempts)
  for (const { name } of found.filter(isOver)) {
    const group = new CommandGroup(cgroups.base, name)
    await group.kill(() => lease.held())
    if (lease.held() && !(await group.remove()))
      log.warn({ group: name }, 'a control group cannot be taken away')
  }
}
