import type { Stop } from '../../contract/debug-resources.ts'
import type { KeptStops } from './above/kept-stops.ts'
import type { AdapterLink } from './adapter-link.ts'
import type { DebuggeeBreakpoints } from './breakpoints/debuggee-breakpoints.ts'
import { anyBodySchema } from './dap-messages.ts'
import type { DebuggeeState, Happening } from './debuggee-state.ts'
import type { EnginePlan } from './engine.ts'
import { locatedStop, usualLocateMs } from './located-stop.ts'
import { OneByOne } from './one-by-one.ts'
import { Refusal } from './refusal.ts'
import type { StoppedFrames } from './stopped-frames.ts'

/** How many stops may wait to be looked at: of an adapter that says more, the last are. */
const mostHalts = 50

/** A stop whose place is to be found out. */
export type Halt = Pick<Extract<DebuggeeState, { kind: 'halted' }>, 'number' | 'event'> & {
  readonly frames: StoppedFrames
}

type HaltsDependencies = {
  readonly plan: EnginePlan
  readonly adapter: AdapterLink
  readonly breakpoints: DebuggeeBreakpoints
  readonly keptStops: KeptStops
  /** How long each question about a stop may take, in milliseconds. */
  readonly locateMs: number | undefined
  readonly happens: (happening: Happening) => void
}

/**
 * The stops that an adapter has told, one after the other: each is told to clients with its place, or gone on from where it
 * is none to anybody. Engines take a pause for done that comes while the debuggee stands at one of those, so it is
 * remembered here, and that stop is the pause.
 */
export class Halts {
  readonly #deps: HaltsDependencies
  readonly #waiting: OneByOne<Halt>
  #pauseIsWanted = false
  /** The number of the last stop that was told. */
  #last = 0

  constructor(deps: HaltsDependencies) {
    this.#deps = deps
    this.#waiting = new OneByOne(mostHalts, halt =>
      this.#locate(halt).catch(error => deps.adapter.fail(`where it stopped cannot be told: ${error}`)),
    )
  }

  add(halt: Halt): void {
    this.#last = halt.number
    this.#waiting.add(halt)
  }

  /** Has every thread stop wherever it is; `stands`: it does, and where is being asked. Rejects where the adapter refuses. */
  async pause(stands: boolean): Promise<void> {
    this.#pauseIsWanted = true
    if (stands) return
    const { adapter, plan } = this.#deps
    try {
      await adapter.ask('pause', { threadId: plan.everyThread }, anyBodySchema)
    } catch (error) {
      // One that is late may still come.
      if (error instanceof Refusal && error.code === 'debugger_refused') this.#pauseIsWanted = false
      throw error
    }
  }

  async #locate({ number, event, frames }: Halt): Promise<void> {
    const { plan, adapter, breakpoints, keptStops, locateMs = usualLocateMs, happens } = this.#deps
    const { stop, at } = await locatedStop(number, event, { plan, adapter, breakpoints, frames, locateMs })
    const passes = breakpoints.passesOver(stop, at)
    // It stands at another one by now, of which there will be more to tell.
    if (number !== this.#last) return
    if (passes && !this.#pauseIsWanted) return void this.#passOver(number, stop.thread)
    await breakpoints.arrived().catch(() => undefined)
    await keptStops.take(adapter.ask, frames, stop)
    this.#pauseIsWanted = false
    happens({ kind: 'located', stop: passes ? asPause(stop) : stop })
  }

  /** Goes on from a stop that was none to anybody. */
  async #passOver(number: number, thread: number): Promise<void> {
    const { adapter, happens } = this.#deps
    happens({ kind: 'passed_over', number })
    const outcome = await adapter.request('continue', { threadId: thread })
    if (outcome.kind === 'refused') adapter.fail(`it does not go on from a breakpoint: ${outcome.message}`)
  }
}

/** It stands at breakpoints that are not due. */
const asPause = (stop: Stop): Stop => ({
  ...stop,
  reason: 'pause',
  description: null,
  text: null,
  breakpoints: [],
})
