import { CdpError } from './cdp-connection.ts'
import {
  breakpointSetSchema,
  type CallFrame,
  type Location,
  type PausedEvent,
  possibleSchema,
} from './cdp-messages.ts'
import { isInternal } from './frames.ts'
import type { Target } from './target.ts'

/** In one function. */
const mostPlaces = 1_000

/** The breakpoints, by the inspector's names, and how many frames may lie on the stack at most where one ends the step. */
type TakenUp = { readonly set: Set<string>; readonly deepest: number }

/**
 * Steps of threads that a breakpoint of ours has paused on their way, as that in Node's function which compiles modules: V8 ends a
 * step there. It is taken up by breakpoints in all places of the function in which it is to end.
 */
export class InterruptedSteps {
  readonly #taken = new WeakMap<Target, TakenUp>()

  /** The thread is about to go on from such a pause. */
  async takeUp(target: Target, { reason, callFrames }: PausedEvent): Promise<void> {
    // Those of instrumentation V8 takes for none.
    if (target.movement === 'continue' || reason === 'instrumentation') return
    const began = Math.max(callFrames.length - target.depth, 0)
    const from = target.movement === 'stepOut' ? began + 1 : began
    const at = callFrames.findIndex((one, index) => index >= from && !isInternal(one))
    const frame = callFrames[at]
    if (frame === undefined) return
    const taken = this.#taken.get(target) ?? { set: new Set(), deepest: callFrames.length - at }
    this.#taken.set(target, taken)
    await this.#stopIn(target, frame, taken)
  }

  /** Whether a thread stands in such a place alone, in a call that has begun since. */
  passesOver(target: Target, { hitBreakpoints, callFrames }: PausedEvent): boolean {
    const { set, deepest = 0 } = this.#taken.get(target) ?? {}
    if (set === undefined || hitBreakpoints.length === 0 || callFrames.length <= deepest) return false
    return hitBreakpoints.every(id => set.has(id))
  }

  /** The thread has stopped. */
  forget(target: Target): void {
    for (const breakpointId of this.#taken.get(target)?.set ?? [])
      target.connection.tell('Debugger.removeBreakpoint', { breakpointId })
    this.#taken.delete(target)
  }

  async #stopIn(
    { connection }: Target,
    { functionLocation, location }: CallFrame,
    { set }: TakenUp,
  ): Promise<void> {
    // V8 takes the beginning of a script that begins with a function for a place of that: so from where it stands as well.
    const starts = functionLocation === undefined ? [location] : [functionLocation, location]
    const places = new Map<string, Location>()
    try {
      for (const start of starts) {
        const asked = { start, restrictToFunction: true }
        const { locations } = await connection.send('Debugger.getPossibleBreakpoints', asked, possibleSchema)
        for (const { scriptId, lineNumber, columnNumber } of locations.slice(0, mostPlaces))
          places.set(`${lineNumber}:${columnNumber}`, { scriptId, lineNumber, columnNumber })
      }
    } catch (error) {
      ignoreRefusal(error)
    }
    const done = [...places.values()].map(place =>
      connection
        .send('Debugger.setBreakpoint', { location: place }, breakpointSetSchema, ({ breakpointId }) =>
          set.add(breakpointId),
        )
        .catch(ignoreRefusal),
    )
    await Promise.all(done)
  }
}

/** Of one that is there, from another pause of the same step, or of a thread that has gone. */
function ignoreRefusal(error: unknown): void {
  if (!(error instanceof CdpError)) throw error
}
