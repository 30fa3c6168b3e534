import { cloneTask, type Phase } from '../../smoke/run/phase.ts'
import { movedAway } from '../../smoke/run/ports.ts'
import { CommandError } from '../engine/command-error.ts'

/** How often other ports are chosen, for others have taken one meanwhile. */
const movesAtMost = 2

/** Tried again where it took too long, or somebody took its ports in the last moment, and only then: what fails fails again. */
export async function upWithin(phase: Phase, seconds: number, retries: number): Promise<void> {
  let [moves, left] = [movesAtMost, retries]
  for (;;)
    try {
      await cloneTask(phase, ['up'], { timeoutMs: seconds * 1_000 })
      return
    } catch (error) {
      const isLate = error instanceof CommandError && error.fault.kind === 'timeout'
      if (moves > 0 && (await movedAway(phase))) moves--
      else if (isLate && left > 0) {
        left--
        phase.log(`up took longer than ${seconds} s, and is tried again`)
      } else throw error
    }
}
