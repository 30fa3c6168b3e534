import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import { basename, delimiter, dirname, join } from 'node:path'
import { isIn } from '../../../lib/is-in.ts'
import type { Link } from './bubblewrap-options.ts'

/** What is the same for all commands of a runner. */
export type HostView = {
  readonly hidden: readonly string[]
  readonly masked: readonly string[]
  readonly visible: readonly string[]
  readonly links: readonly Link[]
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

/** Directories of a home in which nothing lies but programs and what they are made of. */
const programHomes = new Set([
  ...[
    '.pyenv',
    '.rbenv',
    '.nodenv',
    '.goenv',
    '.jenv',
    '.nvm',
    '.fnm',
    '.asdf',
    '.volta',
    '.cargo',
    '.rustup',
  ],
  ...['.sdkman', '.bun', '.deno', '.rye', 'miniconda3', 'anaconda3', 'miniforge3', 'mambaforge', 'go'],
])

/**
 * What of this host commands see. Programs on PATH stay there, also where they lie in a home: of `…/bin` what it is the
 * `bin` of, for most need what lies beside it.
 */
export function hostView({ own, visible, path, home }: HostPlaces): HostView {
  const keptBack = realPaths([...privateDirectories, home, ...own, ...privateFiles(home).filter(canBeRead)])
  const hidden = keptBack.filter(place => place !== '/' && isDirectory(place))
  const entries = path.split(delimiter).filter(entry => entry.startsWith('/'))
  const named = [
    ...entries.map(entry => prefixOf(entry, home)),
    ...visible,
    '/etc/resolv.conf', // often told in a file of a service
  ]
  const wanted = realPaths(named)
  const covers = ['/tmp', '/var/tmp', ...hidden]
  const ownPlaces = realPaths(own)
  return {
    hidden,
    masked: keptBack.filter(place => !isDirectory(place)),
    visible: wanted.filter(
      place =>
        covers.some(one => isIn(place, one)) &&
        !hidden.includes(place) &&
        !ownPlaces.some(one => isIn(one, place)),
    ),
    links: linksAmong(named).filter(({ at }) => covers.some(one => isIn(at, one))),
  }
}

/**
 * `~/.pyenv/shims` → `~/.pyenv`. Of other directories of a home the entry alone: many tools keep their credentials beside
 * their `bin`. What lies deeper, or in no home, is of one program, but for what is shared by many.
 */
function prefixOf(entry: string, home: string): string {
  if (!['bin', 'shims'].includes(basename(entry))) return entry
  const prefix = dirname(entry)
  const homes = [home, '/root', ...(prefix.startsWith('/home/') ? [prefix.split('/', 3).join('/')] : [])]
  const owner = homes.find(one => isIn(prefix, one))
  if (owner === undefined) return prefix
  const [first = '', ...deeper] = prefix.slice(owner.length + 1).split('/')
  if (programHomes.has(first)) return prefix
  return deeper.length > 0 && !['.local', '.config'].includes(first) ? prefix : entry
}

/** Those that are there, without symbolic links. */
const realPaths = (paths: readonly string[]): string[] => [
  ...new Set(paths.map(realPathOf).filter(path => path !== undefined)),
]

/** Those that are symbolic links themselves. Programs go by the name that they know, such as a `node_modules` shared by several clones. */
function linksAmong(paths: readonly string[]): Link[] {
  const found = new Map<string, string>()
  for (const path of paths) {
    const directory = realPathOf(dirname(path))
    const to = realPathOf(path)
    if (directory === undefined || to === undefined) continue
    const at = join(directory, basename(path))
    if (at !== to) found.set(at, to)
  }
  return [...found].map(([at, to]) => ({ at, to }))
}

function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
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
