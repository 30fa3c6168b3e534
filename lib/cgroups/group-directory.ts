import { mkdirSync, readdirSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { errorCode } from '../error-code.ts'

/** Makes a control group; one that is there is as good. Throws as `mkdir` does. */
export function makeGroup(directory: string): void {
  try {
    mkdirSync(directory)
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
  }
}

/** Whether a control group is gone now: one that has processes or groups in it stays. */
export function removeGroup(directory: string): boolean {
  try {
    rmdirSync(directory)
    return true
  } catch (error) {
    return errorCode(error) === 'ENOENT'
  }
}

/** Names of the groups in one. */
export function namesOfGroups(directory: string): string[] {
  try {
    const entries = readdirSync(directory, { withFileTypes: true })
    return entries.filter(entry => entry.isDirectory()).map(({ name }) => name)
  } catch {
    return [] // it is not there
  }
}

/** A group and all that are in it, the innermost first. */
export const withInner = (directory: string): string[] => [
  ...namesOfGroups(directory).flatMap(name => withInner(join(directory, name))),
  directory,
]
