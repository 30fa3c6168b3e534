import { join } from 'node:path'
import { writeKernelFile } from '../processes/write-kernel-file.ts'
import { type CgroupPlace, directoriesOf } from './cgroup-places.ts'
import { makeGroup, namesOfGroups, removeGroup } from './group-directory.ts'
import { controllers, handsOn } from './own-places.ts'

/** A group in which others are made. It has no process of its own, as version 2 demands. */

/** Makes it, unless it is there. `above`: the group that it lies in. Throws as the system does. */
export function makeBase(above: CgroupPlace, base: CgroupPlace): void {
  if (base.version === 2 && !handsOn(above.memory)) handOn(above.memory)
  for (const directory of directoriesOf(base)) makeGroup(directory)
  if (base.version === 2 && !handsOn(base.memory)) handOn(base.memory)
}

/** Takes it away, unless there are groups in it. */
export function removeBase(base: CgroupPlace): void {
  for (const directory of directoriesOf(base)) removeGroup(directory)
}

/** The groups in it. */
export const groupsIn = (base: CgroupPlace): string[] => [
  ...new Set(directoriesOf(base).flatMap(namesOfGroups)),
]

const handOn = (directory: string): void =>
  writeKernelFile(
    join(directory, 'cgroup.subtree_control'),
    controllers.map(controller => `+${controller}`).join(' '),
  )
