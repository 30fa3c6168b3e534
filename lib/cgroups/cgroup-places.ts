import { dirname, join } from 'node:path'

/**
 * A control group: one directory, or in version 1 one for each controller. `cpu` is where processor time is told. See
 * cgroups(7).
 */
export type CgroupPlace = {
  readonly version: 1 | 2
  readonly memory: string
  readonly pids: string
  readonly cpu: string
}

export const directoriesOf = ({ memory, pids, cpu }: CgroupPlace): string[] => [
  ...new Set([memory, pids, cpu]),
]

/** The group of this name in another one. */
export const groupIn = ({ version, memory, pids, cpu }: CgroupPlace, name: string): CgroupPlace => ({
  version,
  memory: join(memory, name),
  pids: join(pids, name),
  cpu: join(cpu, name),
})

/**
 * Where a process could make groups, the nearest first. `memberships`: its `/proc/self/cgroup`; `mounts`: its
 * `/proc/self/mountinfo`.
 */
export function cgroupPlaces(memberships: string, mounts: string): CgroupPlace[] {
  const own = memberships.split('\n').flatMap(line => membershipOf(line) ?? [])
  const hierarchies = mounts.split('\n').flatMap(line => hierarchyOf(line) ?? [])
  return [...placesOfVersion1(own, hierarchies), ...placesOfVersion2(own, hierarchies)]
}

/** The group of version 2 that a process is in, where it can be seen. */
export function groupOfVersion2(memberships: string, mounts: string): string | undefined {
  const own = memberships.split('\n').flatMap(line => membershipOf(line) ?? [])
  const hierarchies = mounts.split('\n').flatMap(line => hierarchyOf(line) ?? [])
  return seenOfVersion2(own, hierarchies)?.directory
}

/** Below its own groups. */
function placesOfVersion1(own: readonly Membership[], hierarchies: readonly Hierarchy[]): CgroupPlace[] {
  const ownOf = (controller: string) => {
    const path = own.find(({ controllers }) => controllers.includes(controller))?.path
    return hierarchies
      .filter(({ type, options }) => type === 'cgroup' && options.includes(controller))
      .map(hierarchy => visible(path, hierarchy))
      .find(directory => directory !== undefined)
  }
  const [memory, pids, cpu] = [ownOf('memory'), ownOf('pids'), ownOf('cpuacct')]
  if (memory === undefined || pids === undefined || cpu === undefined) return []
  return [{ version: 1, memory, pids, cpu }]
}

/**
 * A group that has processes hands on no controllers, hence beside its own, or beside one above. The root of all alone is
 * exempt.
 */
function placesOfVersion2(own: readonly Membership[], hierarchies: readonly Hierarchy[]): CgroupPlace[] {
  const seen = seenOfVersion2(own, hierarchies)
  if (seen === undefined) return []
  return upTo(seen.top, seen.directory).map(above => ({
    version: 2,
    memory: above,
    pids: above,
    cpu: above,
  }))
}

function seenOfVersion2(own: readonly Membership[], hierarchies: readonly Hierarchy[]) {
  const hierarchy = hierarchies.find(({ type }) => type === 'cgroup2')
  if (hierarchy === undefined) return undefined
  const directory = visible(own.find(({ controllers }) => controllers[0] === '')?.path, hierarchy)
  return directory === undefined ? undefined : { top: hierarchy.point, directory }
}

type Membership = { readonly controllers: readonly string[]; readonly path: string }

/** `NUMBER:CONTROLLERS:PATH`; of version 2 no controllers are told. */
function membershipOf(line: string): Membership | undefined {
  const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? []
  if (controllers === undefined || path === undefined) return undefined
  return { controllers: controllers.split(','), path }
}

type Hierarchy = {
  readonly type: string
  readonly root: string
  readonly point: string
  readonly options: readonly string[]
}

/** From a line of proc_pid_mountinfo(5): behind the mount point come optional fields, and a hyphen that ends them. */
function hierarchyOf(line: string): Hierarchy | undefined {
  const [, root, point, type, options] =
    /^\d+ \d+ \S+ (\S+) (\S+) \S+ (?:\S+ )*?- (cgroup2?) \S+ (\S+)$/.exec(line) ?? []
  if (root === undefined || point === undefined || type === undefined || options === undefined)
    return undefined
  return { type, root: plain(root), point: plain(point), options: options.split(',') }
}

/** Blanks and the like are written in octal there. */
const plain = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))

/** Where a group can be seen of a hierarchy, which is mounted from `root` down. */
function visible(path: string | undefined, { root, point }: Hierarchy): string | undefined {
  if (path === undefined) return undefined
  const top = root === '/' ? '' : root
  const below = path === '/' ? '' : path
  return below === top || below.startsWith(`${top}/`) ? join(point, below.slice(top.length)) : undefined
}

/** The groups above one, the nearest first; of the root itself that one. */
function upTo(top: string, own: string): string[] {
  if (own === top || !own.startsWith(`${top}/`)) return [top]
  const parent = dirname(own)
  return parent === top ? [top] : [parent, ...upTo(top, parent)]
}
