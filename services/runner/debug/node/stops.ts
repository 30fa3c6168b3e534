import { z } from 'zod'
import { RequestRefused } from '../bridge.ts'
import type { CallTraces } from './call-traces.ts'
import { anything, CdpClosed } from './cdp-connection.ts'
import { type PausedEvent, remoteObjectSchema } from './cdp-messages.ts'
import { thrown } from './evaluate.ts'
import type { Exceptions } from './exceptions.ts'
import { exitStop } from './exits.ts'
import { framesOf, isInternal, loadMaps } from './frames.ts'
import type { FunctionBreakpoints } from './function-breakpoints.ts'
import { InterruptedSteps } from './interrupted-steps.ts'
import type { LineBreakpoints } from './line-breakpoints.ts'
import type { ModuleLoads } from './module-loads.ts'
import type { Movement, StopBody, Target } from './target.ts'

/** How often a step goes on by itself through Node's own code: into it for what that calls back, then out of it. */
const mostIn = 300
const mostOut = 300

type Dependencies = {
  readonly breakpoints: LineBreakpoints
  readonly functions: Pick<FunctionBreakpoints, 'hit'>
  readonly loads: Pick<ModuleLoads, 'handled' | 'entered'>
  readonly exceptions: Pick<Exceptions, 'passesOver'>
  readonly calls: Pick<CallTraces, 'took' | 'sentOn'>
  readonly targets: () => Iterable<Target>
  /** A thread stands still, and clients are to know. */
  readonly tell: (target: Target) => void
  /** What was told of a thread that stood still holds no more. */
  readonly resumed: (target: Target) => void
}

const methods = {
  continue: 'Debugger.resume',
  next: 'Debugger.stepOver',
  stepIn: 'Debugger.stepInto',
  stepOut: 'Debugger.stepOut',
} as const

/**
 * Which pauses of threads are stops. Clients hear of one at a time: where another thread stops meanwhile, it waits, and is
 * told when they have sent the first one on. Threads are not held up by each other; those that run, run on.
 */
export class Stops {
  readonly #deps: Dependencies
  readonly #interrupted = new InterruptedSteps()
  #told: Target | undefined

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** The inspector says that a thread stands still. */
  async paused(target: Target, event: PausedEvent): Promise<void> {
    if (target.nextPause !== undefined) {
      const take = target.nextPause
      target.nextPause = undefined
      return take(event)
    }
    // So begins a worker that has waited for its debugger.
    if (event.reason === 'Break on start') return this.#resume(target)
    if (await this.#deps.calls.took(target, event)) return this.#resume(target)
    if (await this.#deps.loads.handled(target, event)) {
      const isStepIn = target.movement === 'stepIn' && event.reason !== 'instrumentation'
      await this.#interrupted.takeUp(target, event)
      target.connection.tell(isStepIn ? methods.stepIn : methods.continue)
      return
    }
    if (isException(event) && (await this.#deps.exceptions.passesOver(target, event)))
      return this.#resume(target)
    const frames = framesOf(event)
    await loadMaps(frames, target.scripts)
    const place = target.scripts.place(event.callFrames[0]?.location ?? nowhere)
    const inLines = this.#deps.breakpoints.hit(target, event.hitBreakpoints, place)
    const atFunctions = this.#deps.functions.hit(target, event.hitBreakpoints)
    const hit = [...inLines, ...atFunctions]
    const entered = this.#deps.loads.entered(target)
    const exit = await exitStop(target, event)
    const wasException = isException(event) || exit !== undefined
    const isPlain = hit.length === 0 && !entered && !wasException
    if (isPlain && this.#interrupted.passesOver(target, event)) return this.#resume(target)
    if (isPlain && this.#goesOn(target, event)) return
    const stop = entered
      ? { reason: 'entry', hitBreakpointIds: hit }
      : wasException
        ? (exit ?? exceptionStop(event))
        : { ...this.#plainStop(target, inLines, atFunctions), hitBreakpointIds: hit }
    target.pauseRequest.met()
    target.steps = 0
    this.#interrupted.forget(target)
    target.pause = { event, frames, told: false, isTouched: false, stop }
    if (this.#told === undefined) this.#tell(target)
  }

  /** Sends a thread on, and with it those that stand still and were told, or were only to pause. */
  async goOn(movement: Movement, thread: number): Promise<void> {
    const target = this.standing(thread)
    const { callFrames = [] } = target.pause?.event ?? {}
    const [inside] = callFrames
    target.depth = callFrames.length
    const paused = [...this.#deps.targets()].filter(one => one !== target && one.pause !== undefined)
    // Out of Node's own code first, where the program has called into it.
    const isDeep = inside !== undefined && isInternal(inside) && movement !== 'continue'
    this.#left(target)
    target.movement = movement
    target.isInStep ||= movement !== 'continue'
    this.#deps.calls.sentOn(target, movement !== 'continue')
    const method = isDeep ? methods.stepOut : methods[movement]
    await target.connection.send(method, {}, anything).catch(error => {
      // It went on, and ended before it could say so.
      if (!(error instanceof CdpClosed)) throw error
    })
    for (const other of paused) {
      if (other.pause?.told === false && other.pause.stop.reason !== 'pause') continue
      this.#left(other)
      other.movement = 'continue'
      this.#resume(other)
    }
    const waiting = [...this.#deps.targets()].find(({ pause }) => pause?.told === false)
    if (this.#told === undefined && waiting !== undefined) this.#tell(waiting)
  }

  /** Has every thread stop, where it runs or wakes up next. */
  pause(): void {
    for (const target of this.#deps.targets()) {
      if (target.pause === undefined) target.pauseRequest.want()
    }
  }

  /** A frame is run anew. */
  restarted(target: Target): void {
    this.#left(target)
    target.movement = 'stepIn'
  }

  /** It was sent on by itself: what is known of it holds no more. */
  gone(target: Target): boolean {
    const wasTold = this.#told === target
    target.pause = undefined
    if (!wasTold) return false
    this.#told = undefined
    const waiting = [...this.#deps.targets()].find(({ pause }) => pause !== undefined)
    if (waiting !== undefined) this.#tell(waiting)
    return waiting === undefined
  }

  /** The thread, where it stands still; throws a RequestRefused otherwise. */
  standing(thread: number): Target {
    const target = [...this.#deps.targets()].find(one => one.thread === thread)
    if (target === undefined) throw new RequestRefused(`there is no thread ${thread}`)
    if (target.pause === undefined)
      throw new RequestRefused(
        `thread ${thread} is running: it stops at a breakpoint of its own, or when paused`,
      )
    return target
  }

  #tell(target: Target): void {
    if (target.pause === undefined) return
    target.pause.told = true
    this.#told = target
    this.#deps.tell(target)
  }

  #left(target: Target): void {
    // An exception stops a step without ending it: V8 would end it where that is caught.
    target.isInStep &&= target.pause !== undefined && isException(target.pause.event)
    target.pause = undefined
    target.steps = 0
    if (this.#told === target) this.#told = undefined
    this.#deps.resumed(target)
  }

  #resume(target: Target): void {
    target.connection.tell('Debugger.resume')
  }

  /** Whether a pause without a reason of its own is no stop: somewhere in Node, or one that came too late. */
  #goesOn(target: Target, { callFrames, hitBreakpoints }: PausedEvent): boolean {
    if (target.pauseRequest.isWanted) return false
    const top = callFrames[0]
    const wasInStep = target.isInStep
    target.isInStep = target.movement !== 'continue'
    if (wasInStep && target.movement === 'continue' && hitBreakpoints.length === 0) {
      this.#resume(target)
      return true
    }
    if (hitBreakpoints.length > 0 && target.movement === 'continue') {
      this.#resume(target)
      return true
    }
    if (target.movement === 'continue' || top === undefined || !isInternal(top)) return false
    target.steps += 1
    const isIn = target.movement === 'stepIn' && target.steps <= mostIn
    if (!isIn && target.steps > mostIn + mostOut) return false
    target.connection.tell(isIn ? methods.stepIn : methods.stepOut)
    return true
  }

  #plainStop(
    target: Target,
    inLines: readonly number[],
    atFunctions: readonly number[],
  ): Omit<StopBody, 'hitBreakpointIds'> {
    if (inLines.length > 0) return { reason: 'breakpoint' }
    if (atFunctions.length > 0) return { reason: 'function breakpoint' }
    if (target.pauseRequest.isWanted) return { reason: 'pause' }
    if (target.movement !== 'continue') return { reason: 'step' }
    return { reason: 'breakpoint', description: 'debugger statement' }
  }
}

const nowhere = { scriptId: '', lineNumber: 0, columnNumber: 0 }

const isException = ({ reason }: PausedEvent): boolean =>
  reason === 'exception' || reason === 'promiseRejection' || reason === 'OOM'

const dataSchema = remoteObjectSchema.extend({ uncaught: z.boolean().optional() })

function exceptionStop({ reason, data }: PausedEvent): StopBody {
  const exception = dataSchema.safeParse(data).data
  if (exception === undefined)
    return {
      reason: 'exception',
      description: reason === 'OOM' ? 'out of memory' : 'exception',
      hitBreakpointIds: [],
    }
  const { name, message } = thrown(exception)
  return { reason: 'exception', description: name, text: message, hitBreakpointIds: [] }
}
