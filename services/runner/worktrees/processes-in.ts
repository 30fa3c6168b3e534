import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { join, sep } from 'node:path'
import { isIn } from '../../../lib/is-in.ts'

/**
 * Whether a process has its working directory in one, as git that is called with `-C` has. It may where that cannot be told,
 * for there is no /proc.
 */
export function mayWorkIn(directory: string): boolean {
  const place = realpathSync(directory)
  const all = pids()
  return all.length === 0 || all.some(pid => leadsInto(join('/proc', pid, 'cwd'), place))
}

/**
 * Pids of the processes that work in a directory, or have something in it open or mapped, as far as this user may know.
 * Those of a session are ended before; outside of a sandbox one may have escaped, and hide what it has in a mount
 * namespace of its own. Empty where there is no /proc.
 */
export function processesIn(directory: string): number[] {
  const place = realpathSync(directory)
  return pids()
    .filter(pid => {
      const places = ['cwd', 'root', 'exe'].map(name => join('/proc', pid, name))
      const files = namesIn(join('/proc', pid, 'fd')).map(name => join('/proc', pid, 'fd', name))
      return [...places, ...files].some(link => leadsInto(link, place)) || maps(pid).includes(place + sep)
    })
    .map(Number)
}

const pids = (): string[] => namesIn('/proc').filter(name => /^\d+$/.test(name))

/** `place`: as the system tells it, without symbolic links. */
function leadsInto(link: string, place: string): boolean {
  const path = target(link)
  return path !== undefined && isIn(path, place)
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return [] // it has ended meanwhile, or is another user's
  }
}

/** What is mapped into its memory, also of files that it has closed: proc_pid_maps(5). */
function maps(pid: string): string {
  try {
    return readFileSync(join('/proc', pid, 'maps'), 'utf8')
  } catch {
    return ''
  }
}

function target(link: string): string | undefined {
  try {
    return readlinkSync(link)
  } catch {
    return undefined
  }
}
