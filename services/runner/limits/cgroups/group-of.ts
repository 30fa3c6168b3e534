import { makeBase } from '../../../../lib/cgroups/group-base.ts'
import { errorCode } from '../../../../lib/error-code.ts'
import type { CommandLimits } from '../../../contract/command-limits.ts'
import { noteEnforcement } from '../../../store/commands.ts'
import { limitsOf } from '../../../store/rows.ts'
import type { CommandRow } from '../../../store/schema.ts'
import type { RunnerContext } from '../../context.ts'
import { CommandGroup } from './command-group.ts'
import type { Cgroups } from './find-cgroups.ts'
import { nameOfAttempt } from './group-names.ts'

/** The group of a command that was started with one, whether it is there or not. */
export function groupOf(
  { cgroups }: Pick<RunnerContext, 'cgroups'>,
  row: Pick<CommandRow, 'id' | 'attempts' | 'enforcement'>,
): CommandGroup | undefined {
  if (cgroups.kind === 'none' || row.enforcement !== 'cgroup') return undefined
  return new CommandGroup(cgroups.base, nameOfAttempt(row))
}

/** The same, made and ready. Where that is not possible any more, the command is looked at once a second, and says so. */
export async function readyGroup(
  context: Pick<RunnerContext, 'cgroups' | 'store' | 'lease' | 'log'>,
  row: CommandRow,
): Promise<CommandGroup | undefined> {
  const { cgroups, store, lease, log } = context
  const group = groupOf(context, row)
  if (group === undefined || cgroups.kind === 'none') return undefined
  try {
    make(group, limitsOf(row), cgroups)
    return group
  } catch (error) {
    log.warn({ err: error, command: row.id }, 'a command gets no control group')
    await group.remove()
    await noteEnforcement(store, row.id, 'sampled', lease.token)
    return undefined
  }
}

function make(group: CommandGroup, limits: CommandLimits, { above, base }: Place): void {
  try {
    group.make(limits)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
    // Another runner of these data has ended, and there was nothing in the base then.
    makeBase(above, base)
    group.make(limits)
  }
}

type Place = Extract<Cgroups, { kind: 'cgroup' }>
