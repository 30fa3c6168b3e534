import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { UserError } from '../../lib/user-error.ts'

export type FoundBinary = { name: string; path: string }

/** Where each program is on PATH. All missing ones are named in one error. */
export function findBinaries(
  names: readonly string[],
  environment: Record<string, string | undefined>,
): FoundBinary[] {
  const found: FoundBinary[] = []
  const missing: string[] = []
  for (const name of names) {
    const path = which(name, environment.PATH ?? '')
    if (path === undefined) missing.push(name)
    else found.push({ name, path })
  }
  if (missing.length > 0)
    throw new UserError(`not on PATH: ${missing.join(', ')}`, {
      fix: `install ${missing.length === 1 ? 'it' : 'them'}, for example: apt-get install ${missing.join(' ')}`,
    })
  return found
}

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
