import { type Location, type PausedEvent, scriptSourceSchema } from './cdp-messages.ts'
import { isInternal } from './frames.ts'
import { type Handlers, handlersOf, offsetOf } from './handlers-of.ts'
import type { Target } from './target.ts'

export type Wanted = 'all' | 'uncaught' | 'none'

/** How many exceptions of one thread are looked at that somebody catches; each costs the program about a millisecond. */
const mostCaught = 500
const longestSource = 1_000_000

type Known = { readonly source: string; readonly handlers: Handlers } | undefined

/**
 * Which exceptions stop a thread. What a module of ECMAScript throws as it is evaluated, Node catches and throws again,
 * so that the inspector takes it for caught: there each exception is looked at, and whether the program itself catches it is
 * read in its source.
 */
export class Exceptions {
  readonly #targets: () => Iterable<Target>
  readonly #caught = new WeakMap<Target, number>()
  readonly #known = new WeakMap<Target, Map<string, Promise<Known>>>()
  /** What the last exception of a thread said, its stack included. */
  readonly #last = new WeakMap<Target, string | undefined>()
  #wanted: Wanted = 'none'

  constructor(targets: () => Iterable<Target>) {
    this.#targets = targets
  }

  want(wanted: Wanted): void {
    this.#wanted = wanted
    for (const target of this.#targets()) this.applyTo(target)
  }

  applyTo(target: Target): void {
    const looksAt = this.#wanted === 'uncaught' && (this.#caught.get(target) ?? 0) < mostCaught
    target.connection.tell('Debugger.setPauseOnExceptions', { state: looksAt ? 'all' : this.#wanted })
  }

  /** A module of ECMAScript has come to a thread that had none. */
  moduleCame(target: Target): void {
    if (this.#caught.get(target) !== Infinity) return
    this.#caught.set(target, 0)
    this.applyTo(target)
  }

  /** Whether a thread that stands at an exception is to go on. */
  async passesOver(target: Target, event: PausedEvent): Promise<boolean> {
    if (event.reason === 'OOM') return false
    if (this.#isThrownAgain(target, event)) return true
    if (this.#wanted !== 'uncaught' || event.data?.uncaught === true) return false
    const hasModules = [...target.scripts.all()].some(({ isModule }) => isModule)
    const count = hasModules ? (this.#caught.get(target) ?? 0) + 1 : Infinity
    this.#caught.set(target, count)
    if (count >= mostCaught) this.applyTo(target)
    return !(hasModules && (await this.#leavesModule(target, event)))
  }

  /** Whether Node throws what has stopped the thread already. */
  #isThrownAgain(target: Target, { callFrames, data }: PausedEvent): boolean {
    const said = typeof data?.description === 'string' ? data.description : undefined
    const isSame = said !== undefined && this.#last.get(target) === said
    this.#last.set(target, said)
    return isSame && callFrames.every(isInternal)
  }

  /** Whether nothing of the program's catches it on its way out of a module that is being evaluated. */
  async #leavesModule(target: Target, { callFrames, asyncStackTrace }: PausedEvent): Promise<boolean> {
    const own = callFrames.filter(frame => !isInternal(frame))
    const steps = own.map(({ location }) => ({ location, isAwaited: false }))
    for (let trace = asyncStackTrace; trace !== undefined; trace = trace.parent) {
      if (!/await/.test(trace.description ?? '')) break
      const frames = trace.callFrames.filter(frame => !isInternal(frame))
      for (const { scriptId, lineNumber, columnNumber } of frames.slice(0, 1))
        steps.push({ location: { scriptId, lineNumber, columnNumber }, isAwaited: true })
    }
    let wasAsync = false
    for (const { location, isAwaited } of steps) {
      const known = await this.#knownOf(target, location)
      if (known === undefined) return false
      const { handlers, source } = known
      const offset = offsetOf(source, location.lineNumber, location.columnNumber)
      if (wasAsync && !isAwaited && !handlers.awaits(offset)) return false
      if (handlers.catches(offset)) return false
      wasAsync = handlers.isAsync(offset)
    }
    const last = steps.at(-1)?.location
    if (wasAsync || last === undefined) return false
    const isEvaluated = own.at(-1)?.scopeChain.every(({ type }) => type !== 'local') ?? false
    return target.scripts.get(last.scriptId)?.isModule === true && (isEvaluated || steps.length > own.length)
  }

  #knownOf(target: Target, { scriptId }: Location): Promise<Known> {
    const all = this.#known.get(target) ?? new Map<string, Promise<Known>>()
    this.#known.set(target, all)
    const known = all.get(scriptId) ?? this.#read(target, scriptId)
    all.set(scriptId, known)
    return known
  }

  async #read(target: Target, scriptId: string): Promise<Known> {
    const { scriptSource: source } = await target.connection.send(
      'Debugger.getScriptSource',
      { scriptId },
      scriptSourceSchema,
    )
    const handlers = source.length > longestSource ? undefined : await handlersOf(source)
    return handlers === undefined ? undefined : { source, handlers }
  }
}
