import { readdirSync, readlinkSync } from 'node:fs'
import { join, sep } from 'node:path'

/**
 * Pids of the processes that work in a directory or have something open in it, as far as this user may know. Those of
 * a session are ended before; outside of a sandbox one may have escaped. Empty where there is no /proc.
 */
export function processesIn(directory: string): number[] {
  const inside = (path: string | undefined) =>
    path !== undefined && (path === directory || path.startsWith(directory + sep))
  return namesIn('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(pid => {
      const places = ['cwd', 'root', 'exe'].map(name => join('/proc', pid, name))
      const files = namesIn(join('/proc', pid, 'fd')).map(name => join('/proc', pid, 'fd', name))
      return [...places, ...files].some(link => inside(target(link)))
    })
    .map(Number)
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return [] // it has ended meanwhile, or is another user's
  }
}

function target(link: string): string | undefined {
  try {
    return readlinkSync(link)
  } catch {
    return undefined
  }
}
