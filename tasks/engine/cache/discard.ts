import { rmSync, unlinkSync } from 'node:fs'
import { errorCode } from '../../../lib/error-code.ts'

/** Removes what is worth nothing, if that can be done: it does no harm where it lies, and prune comes by again. */
export function discard(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return
    try {
      rmSync(path, { recursive: true, force: true })
    } catch {}
  }
}
