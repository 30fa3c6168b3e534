/** What a sandboxed command finds of the host. All paths are absolute, and are the same inside as outside. */
export type SandboxView = {
  /** Directories that are empty inside, each with all below it. */
  readonly hidden: readonly string[]
  /** Files that read as empty. */
  readonly masked: readonly string[]
  /** What can be read although it lies in something hidden. */
  readonly visible: readonly string[]
  /** What can be written. */
  readonly writable: readonly string[]
  /** The session's own directory for temporary files, which is also `/tmp` and `/var/tmp`. */
  readonly temporary: string
  /** Where the program starts. */
  readonly directory: string
  /** Whether it shares the host's network; otherwise it has a loopback of its own and nothing else. */
  readonly network: boolean
}

/**
 * The words that have bubblewrap run a program so: see bwrap(1). The host is there read-only, with its own processes, System V
 * IPC and host name out of sight; later mounts lie over earlier ones, hence the order. No capability is left, also to root.
 */
export function bubblewrapArguments(view: SandboxView): string[] {
  const mount = (option: string, paths: readonly string[]) => paths.flatMap(path => [option, path, path])
  return [
    ...['--unshare-user-try', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
    ...(view.network ? [] : ['--unshare-net']),
    // With the first program everything ends that it left behind: nobody would be there to reap it.
    ...['--die-with-parent', '--cap-drop', 'ALL'],
    ...['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc'],
    ...outermost(view.hidden).flatMap(path => ['--tmpfs', path]),
    ...['--bind', view.temporary, '/tmp', '--bind', view.temporary, '/var/tmp'],
    ...mount('--ro-bind', view.visible),
    ...mount('--bind', view.writable),
    ...view.masked.flatMap(path => ['--ro-bind', '/dev/null', path]),
    ...['--chdir', view.directory, '--'],
  ]
}

/** Those that lie in none of the others. */
export const outermost = (paths: readonly string[]): string[] =>
  [...new Set(paths)].filter(path => !paths.some(other => other !== path && isIn(path, other)))

/** Whether a path is a directory or lies in it. */
export const isIn = (path: string, directory: string): boolean =>
  path === directory || path.startsWith(directory.endsWith('/') ? directory : `${directory}/`)
