import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import type { Place } from './place.ts'

/** Whether there is such a program, as the gateway will look for it. */
export function isThere(
  command: string,
  { root, environment }: Pick<Place, 'root' | 'environment'>,
): boolean {
  if (command.includes('/')) return isProgram(resolve(root, command))
  const directories = (environment.PATH ?? '').split(delimiter).filter(one => one !== '')
  return directories.some(directory => isProgram(join(directory, command)))
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
