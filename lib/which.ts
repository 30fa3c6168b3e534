import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where a program is: the first on PATH, or the file that its name leads to where that has a slash. Undefined where there is none. */
export function which(name: string, path: string): string | undefined {
  if (name.includes('/')) return isProgram(name) ? name : undefined
  return path
    .split(delimiter)
    .filter(directory => directory !== '')
    .map(directory => join(directory, name))
    .find(isProgram)
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
