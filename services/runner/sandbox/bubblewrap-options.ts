import { isIn } from '../../../lib/is-in.ts'

/** A symbolic link `at` a place, and where it leads `to` in the end. */
export type Link = { readonly at: string; readonly to: string }

/** What a sandboxed program finds of the host. All paths are absolute, and are the same inside as outside. */
export type SandboxView = {
  /** Directories that are empty inside, each with all below it. They are there. */
  readonly hidden: readonly string[]
  /** Files that read as empty. They are there. */
  readonly masked: readonly string[]
  /** What can be read although it lies in something hidden, as long as it is there. */
  readonly visible: readonly string[]
  /** Names in something hidden, by which what is visible, or was never hidden, is found. */
  readonly links: readonly Link[]
  /** What can be written. No symbolic link leads to any of them. */
  readonly writable: readonly string[]
  /** The session's own directory for temporary files, which is also `/tmp` and `/var/tmp`. */
  readonly temporary: string
  /** A directory that is seen at `meetingPoint` as well. */
  readonly meeting?: string | undefined
  /** A directory that can be written at `appPoint`. */
  readonly sockets?: string | undefined
  /** Where the program starts. */
  readonly directory: string
  /** Whether it shares the host's network; otherwise it has a loopback of its own and nothing else. */
  readonly network: boolean
}

/** Of the places for temporary files that every program knows. */
const temporaryPlaces = ['/tmp', '/var/tmp']

/** A place that no host has, among what bubblewrap makes anew. */
export const meetingPoint = '/dev/debug-server'
/** Another. */
export const appPoint = '/dev/debug-server-app'

/** What shared memory may hold, in bytes: as in containers of Docker. */
const sharedMemory = '67108864'

/**
 * The options that have bubblewrap run a program so: see bwrap(1). The host is there read-only, with its own processes, System V
 * IPC and host name out of sight; later mounts lie over earlier ones, hence the order. No capability is left, also to root.
 */
export function bubblewrapOptions(view: SandboxView): string[] {
  const mount = (option: string, paths: readonly string[]) => paths.flatMap(path => [option, path, path])
  const [bound, none] = temporaryBinds(view)
  // What lies below those places is out of sight with them.
  const hidden = outermost([...view.hidden, ...temporaryPlaces]).filter(
    path => !temporaryPlaces.includes(path),
  )
  const empty = [...hidden, ...none]
  return [
    ...['--unshare-user-try', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
    ...(view.network ? [] : ['--unshare-net']),
    // With the first program everything ends that it left behind: nobody would be there to reap it.
    ...['--die-with-parent', '--cap-drop', 'ALL'],
    ...['--ro-bind', '/', '/', '--proc', '/proc', '--dev', '/dev'],
    // Settings of the kernel, which root may change without any capability: which program it runs for a core dump, for one.
    ...['--ro-bind', '/proc/sys', '/proc/sys'],
    ...['--size', sharedMemory, '--tmpfs', '/dev/shm'],
    ...empty.flatMap(path => ['--tmpfs', path]),
    ...bound.flatMap(path => ['--bind', view.temporary, path]),
    ...(view.meeting === undefined ? [] : ['--ro-bind', view.meeting, meetingPoint]),
    ...(view.sockets === undefined ? [] : ['--bind', view.sockets, appPoint]),
    ...mount('--ro-bind-try', view.visible),
    ...hiddenLinks(view).flatMap(({ at, to }) => ['--symlink', to, at]),
    ...mount('--bind', view.writable),
    ...view.masked.flatMap(path => ['--ro-bind', '/dev/null', path]),
    // What is empty is memory, which no limit of the command counts.
    ...[...empty, '/dev'].flatMap(path => ['--remount-ro', path]),
    ...['--chdir', view.directory],
  ]
}

/**
 * Where the session's temporary files are mounted, and where nothing can be: a mount below makes a directory there for its
 * point, which the session could have turned into a link that leads elsewhere.
 */
function temporaryBinds(view: SandboxView): [bound: string[], empty: string[]] {
  const mounts = [...view.visible, ...view.writable, ...view.masked, ...hiddenLinks(view).map(({ at }) => at)]
  const isClear = (place: string) => !mounts.some(path => isIn(path, place))
  return [temporaryPlaces.filter(isClear), temporaryPlaces.filter(place => !isClear(place))]
}

/** Without those that are there already, in what is mounted. */
const hiddenLinks = ({ links, visible, writable }: SandboxView): Link[] =>
  links.filter(({ at }) => ![...visible, ...writable].some(place => isIn(at, place)))

/** Those that lie in none of the others. */
export const outermost = (paths: readonly string[]): string[] =>
  [...new Set(paths)].filter(path => !paths.some(other => other !== path && isIn(path, other)))
