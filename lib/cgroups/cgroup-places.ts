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
 *
 * In version 1 that is below its own group. In version 2 a group that has processes hands on no controllers, hence beside
 * it, or beside one above; the root of all alone is exempt.
 */
export function cgroupPlaces(memberships: string, mounts: string): CgroupPlace[] {
  const own = memberships.split('\n').flatMap(line => {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? []
    return controllers === undefined || path === undefined
      ? []
      : [{ controllers: controllers.split(','), path }]
  })
  const hierarchies = mounts.split('\n').flatMap(line => hierarchyOf(line) ?? [])
  const ownIn = (controller: string): string | undefined =>
    hierarchies
      .filter(({ type, options }) => type === 'cgroup' && options.includes(controller))
      .map(({ root, point }) =>
        visible(own.find(({ controllers }) => controllers.includes(controller))?.path, root, point),
      )
      .find(directory => directory !== undefined)
  const [memory, pids, cpu] = [ownIn('memory'), ownIn('pids'), ownIn('cpuacct')]
  const first: CgroupPlace[] =
    memory === undefined || pids === undefined || cpu === undefined ? [] : [{ version: 1, memory, pids, cpu }]
  const unified = hierarchies.find(({ type }) => type === 'cgroup2')
  const path = own.find(({ controllers }) => controllers[0] === '')?.path
  const ownUnified = unified && visible(path, unified.root, unified.point)
  const above = ownUnified === undefined ? [] : upTo(unified?.point ?? '/', ownUnified)
  return [
    ...first,
    ...above.map(
      (directory): CgroupPlace => ({ version: 2, memory: directory, pids: directory, cpu: directory }),
    ),
  ]
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

/** Where a group can be seen, of a hierarchy that is mounted from `root` down. */
function visible(path: string | undefined, root: string, point: string): string | undefined {
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
