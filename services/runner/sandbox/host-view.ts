import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import { basename, delimiter, dirname, join } from 'node:path'
import { isIn } from './bubblewrap-arguments.ts'

/** What is the same for all commands of a runner. */
export type HostView = {
  readonly hidden: readonly string[]
  readonly masked: readonly string[]
  readonly visible: readonly string[]
}

export type HostPlaces = {
  /** What the server keeps to itself, directories and files: data, store, tokens, sockets. */
  readonly own: readonly string[]
  /** What commands may read although it lies in something hidden. */
  readonly visible: readonly string[]
  /** PATH of commands. */
  readonly path: string
  /** The home of whoever runs the server. */
  readonly home: string
}

/** Homes and what services keep at run time; `/tmp` and `/var/tmp` are the session's own. */
const privateDirectories = ['/home', '/root', '/run', '/mnt', '/media']

/** Secrets of the host that a server which runs as root could read, and those beside programs in a home. */
const privateFiles = (home: string) => [
  ...['/etc/shadow', '/etc/gshadow', '/etc/shadow-', '/etc/gshadow-', '/etc/ssl/private', '/etc/ssh'],
  ...[join(home, '.cargo', 'credentials'), join(home, '.cargo', 'credentials.toml')],
]

/**
 * What of this host commands see. Programs on PATH stay there, also where they lie in a home: of `…/bin` what it is the
 * `bin` of, for most need what lies beside it.
 */
export function hostView({ own, visible, path, home }: HostPlaces): HostView {
  const keptBack = realPaths([...privateDirectories, home, ...own, ...privateFiles(home).filter(canBeRead)])
  const hidden = keptBack.filter(place => place !== '/' && isDirectory(place))
  const entries = path.split(delimiter).filter(entry => entry.startsWith('/'))
  const wanted = realPaths([
    ...entries.map(entry => prefixOf(entry, home)),
    ...visible,
    '/etc/resolv.conf', // often told in a file of a service
  ])
  const covers = ['/tmp', '/var/tmp', ...hidden]
  return {
    hidden,
    masked: keptBack.filter(place => !isDirectory(place)),
    visible: wanted.filter(
      place =>
        covers.some(one => isIn(place, one)) && !hidden.includes(place) && !own.some(one => isIn(one, place)),
    ),
  }
}

/** `~/.pyenv/shims` → `~/.pyenv`; of a home, and of `~/.local`, where more is kept than programs, the entry alone. */
function prefixOf(entry: string, home: string): string {
  const prefix = dirname(entry)
  const isHome = [prefix, dirname(prefix)].some(place => privateDirectories.includes(place))
  const whole =
    ['bin', 'shims'].includes(basename(entry)) &&
    prefix !== home &&
    basename(prefix) !== '.local' &&
    !(isHome && !basename(prefix).startsWith('.'))
  return whole ? prefix : entry
}

/** Those that are there, without symbolic links. */
function realPaths(paths: readonly string[]): string[] {
  const found = paths.map(path => {
    try {
      return realpathSync(path)
    } catch {
      return undefined
    }
  })
  return [...new Set(found.filter(path => path !== undefined))]
}

function canBeRead(path: string): boolean {
  try {
    accessSync(path, constants.R_OK)
    return true
  } catch {
    return false
  }
}

const isDirectory = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
