import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Names, sizes, modes and times of everything in a clone but its dependencies, which are a link. */
export function traces(directory: string, below = ''): string[] {
  return readdirSync(join(directory, below)).flatMap(name => {
    const path = join(below, name)
    const stat = lstatSync(join(directory, path))
    const line = `${path} ${stat.size} ${stat.mode} ${stat.mtimeMs}`
    return stat.isDirectory() ? [line, ...traces(directory, path)] : [line]
  })
}
