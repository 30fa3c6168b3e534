import { utimesSync } from 'node:fs'
import { errorCode } from '../../../lib/error-code.ts'

/** Sets the times of a file to an instant in milliseconds. False where there is no such file, or no longer. */
export function touch(path: string, instant: number): boolean {
  try {
    utimesSync(path, instant / 1000, instant / 1000)
    return true
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false
    throw error
  }
}
