import { existsSync } from 'node:fs'
import { groupsIn, removeBase } from '../../../lib/cgroups/group-base.ts'
import { CommandGroup } from '../../../services/runner/limits/cgroups/command-group.ts'
import { findCgroups } from '../../../services/runner/limits/cgroups/find-cgroups.ts'
import type { DataFiles } from '../../../services/store/files.ts'

/** Takes away what control groups a test has left, with what is in them. */
export async function removeGroups(files: DataFiles): Promise<void> {
  const cgroups = existsSync(files.cgroups) ? await findCgroups('auto', files) : undefined
  if (cgroups?.kind !== 'cgroup') return
  for (const name of groupsIn(cgroups.base)) {
    const group = new CommandGroup(cgroups.base, name)
    await group.kill(() => true)
    await group.remove()
  }
  removeBase(cgroups.base)
}
