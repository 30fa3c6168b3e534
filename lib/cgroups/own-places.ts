import { accessSync, constants, existsSync } from 'node:fs'
import { join } from 'node:path'
import { errorCode } from '../error-code.ts'
import { readKernelFile } from '../processes/read-kernel-file.ts'
import { type CgroupPlace, cgroupPlaces, directoriesOf, groupOfVersion2 } from './cgroup-places.ts'

/** A place where this process may be able to make groups; or why it cannot. */
export type SeenPlace = { readonly place: CgroupPlace; readonly fault: string | undefined }

/** What can be told of the places for groups of this process by looking alone. Empty where the system has none. */
export function ownPlaces(): SeenPlace[] {
  const places = ofThisProcess(cgroupPlaces) ?? []
  // Of version 2 the nearest may be asked to hand on controllers; those above are others'.
  const nearest = places.find(({ version }) => version === 2)
  return places.map(place => ({ place, fault: faultOf(place, place === nearest) }))
}

/** The group of version 2 that this process is in: below it groups can be made that limit nothing. */
export const ownGroup = (): string | undefined => ofThisProcess(groupOfVersion2)

function ofThisProcess<Result>(read: (memberships: string, mounts: string) => Result): Result | undefined {
  try {
    return read(readKernelFile('/proc/self/cgroup'), readKernelFile('/proc/self/mountinfo'))
  } catch {
    return undefined // another system
  }
}

/** The controllers that limits need. */
export const controllers = ['memory', 'pids'] as const

const has = (list: string, wanted: readonly string[]) => {
  const there = list.trim().split(/\s+/)
  return wanted.every(one => there.includes(one))
}

/** Whether a group of version 2 hands its controllers on to those in it. */
export const handsOn = (directory: string): boolean =>
  has(readKernelFile(join(directory, 'cgroup.subtree_control')), controllers)

function faultOf(place: CgroupPlace, mayAsk: boolean): string | undefined {
  for (const directory of directoriesOf(place))
    for (const path of [directory, join(directory, 'cgroup.procs')])
      try {
        accessSync(path, constants.W_OK)
      } catch (error) {
        return `${path} cannot be written (${errorCode(error)})`
      }
  if (place.version === 1) return undefined
  const directory = place.memory
  try {
    if (!has(readKernelFile(join(directory, 'cgroup.controllers')), controllers))
      return `${directory} has no controllers for memory and processes`
    if (handsOn(directory)) return undefined
    if (!mayAsk) return `${directory} does not hand its controllers on`
    // The root of all, which has no type, may have both.
    const isTop = !existsSync(join(directory, 'cgroup.type'))
    return isTop || readKernelFile(join(directory, 'cgroup.procs')) === ''
      ? undefined
      : `${directory} has processes in it, and so hands no controllers on`
  } catch (error) {
    return `${directory} cannot be read (${errorCode(error)})`
  }
}
