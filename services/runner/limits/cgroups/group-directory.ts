import { mkdirSync, rmdirSync } from 'node:fs'
import { errorCode } from '../../../../lib/error-code.ts'

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
