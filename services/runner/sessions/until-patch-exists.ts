import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * Waits a moment for a patch's file. The removal of an earlier session with the same patch may take the file away just
 * when the session that needs it is created; whoever creates it writes the file again.
 */
export async function untilPatchExists(file: string, signal: AbortSignal): Promise<boolean> {
  for (let waited = 0; !existsSync(file); waited += 50) {
    if (waited >= 2_000) return false
    await delay(50, undefined, { signal })
  }
  return true
}
