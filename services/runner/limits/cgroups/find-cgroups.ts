import { statSync } from 'node:fs'
import type { ServerSettings } from '../../../../config/schema.ts'
import { type CgroupPlace, directoriesOf, groupIn } from '../../../../lib/cgroups/cgroup-places.ts'
import { makeBase, removeBase } from '../../../../lib/cgroups/group-base.ts'
import { ownPlaces } from '../../../../lib/cgroups/own-places.ts'
import { errorCode } from '../../../../lib/error-code.ts'
import { makeDirectory } from '../../../../lib/make-directory.ts'
import { ProcessScope } from '../../../../lib/processes/process-scope.ts'
import type { DataFiles } from '../../../store/files.ts'
import { runHelper } from '../../run-helper.ts'
import { CommandGroup } from './command-group.ts'
import { nameOfTrial } from './group-names.ts'
import { rememberedPlace, rememberPlace } from './remembered-place.ts'

/** Whether commands are to have control groups: `auto` takes what there is. */
export type CgroupsMode = ServerSettings['runner']['cgroups']

/** Where the control groups of commands are made. `none`: nowhere, and `reason` says why. */
export type Cgroups =
  | {
      readonly kind: 'cgroup'
      /** The group that `base` lies in. */
      readonly above: CgroupPlace
      readonly base: CgroupPlace
    }
  | { readonly kind: 'none'; readonly reason: string }

/** How long the trial may take, in milliseconds. */
const trialLimitMs = 5_000

/**
 * Finds where the commands of a server can have control groups, and proves it by making one and moving a process there.
 * What an earlier runner of these data has found comes first, for what runs is there.
 */
export async function findCgroups(
  mode: CgroupsMode,
  files: Pick<DataFiles, 'root' | 'cgroups'>,
): Promise<Cgroups> {
  if (mode === 'none') return { kind: 'none', reason: 'they are switched off' }
  const seen = ownPlaces()
  const remembered = await rememberedPlace(files.cgroups)
  const candidates = remembered === undefined ? seen : [{ place: remembered, fault: undefined }, ...seen]
  const name = nameOf(files.root)
  const faults: string[] = []
  for (const { place: above, fault: seenFault } of candidates) {
    const base = groupIn(above, name)
    const fault = seenFault ?? (await faultOf(above, base))
    if (fault === undefined) {
      await rememberPlace(files.cgroups, above)
      return { kind: 'cgroup', above, base }
    }
    faults.push(fault)
  }
  // Of its own places the nearest says most.
  const [reason = 'this system has none for memory and processes'] = faults.slice(
    candidates.length - seen.length,
  )
  return { kind: 'none', reason }
}

/** Of no two data directories that anybody on this host has now: they may have the same path in two containers. */
function nameOf(root: string): string {
  makeDirectory(root)
  const { dev, ino } = statSync(root, { bigint: true })
  return `debug-server-${dev.toString(16)}-${ino.toString(16)}`
}

/** Joins all of the groups that are named, and tells where it is then. */
const join = 'for file; do echo 0 >"$file" || exit 1; done; exec cat /proc/self/cgroup'

/** Leaves `base` where it can be used. */
async function faultOf(above: CgroupPlace, base: CgroupPlace): Promise<string | undefined> {
  const fault = await faultOfTrial(above, base)
  if (fault !== undefined) removeBase(base)
  return fault
}

async function faultOfTrial(above: CgroupPlace, base: CgroupPlace): Promise<string | undefined> {
  const name = nameOfTrial()
  const group = new CommandGroup(base, name)
  try {
    makeBase(above, base)
    group.make({ memory: 2 ** 30, processes: 1 })
    await using scope = new ProcessScope({ graceMs: 0 })
    const program = {
      words: ['/bin/sh', '-c', join, 'sh', ...group.joining],
      environment: { PATH: '/usr/bin:/bin' },
      options: undefined,
    }
    const { code, stdout, stderr } = await runHelper(scope, program, AbortSignal.timeout(trialLimitMs))
    if (code !== 0)
      return `no process could be moved to one in ${above.memory} (${stderr.trim().split('\n')[0]})`
    const joined = stdout.split('\n').filter(line => line.endsWith(`/${name}`)).length
    return joined === directoriesOf(base).length && group.read().cpu !== undefined
      ? undefined
      : `one in ${above.memory} tells nothing of the process in it`
  } catch (error) {
    return `none can be made in ${above.memory} (${errorCode(error) ?? error})`
  } finally {
    await group.remove()
  }
}
