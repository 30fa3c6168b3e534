import { type Location, type PausedEvent, scriptSourceSchema } from './cdp-messages.ts'
import { watchExits } from './exits.ts'
import { isFailure } from './failures.ts'
import { isInternal, isMicrotask } from './frames.ts'
import { type Handlers, handlersOf, type KnownSource, offsetOf } from './handlers-of.ts'
import type { Target } from './target.ts'

/** `failures`: what nothing catches, and what only catches it who has called the program to see whether it fails. */
export type Wanted = 'all' | 'uncaught' | 'failures' | 'none'

/** How many exceptions of one thread are looked at that somebody catches; each costs the program about a millisecond. */
const mostCaught = { uncaught: 500, failures: 5_000 }
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

  async want(wanted: Wanted): Promise<void> {
    this.#wanted = wanted
    await Promise.all([...this.#targets()].map(target => target.hears(this.applyTo(target))))
  }

  async applyTo(target: Target): Promise<void> {
    const wanted = this.#wanted
    const looksAt =
      (wanted === 'uncaught' || wanted === 'failures') && this.#countOf(target) < mostCaught[wanted]
    const state = looksAt ? 'all' : wanted === 'failures' ? 'uncaught' : wanted
    target.connection.tell('Debugger.setPauseOnExceptions', { state })
    if (wanted === 'failures' && target.exitBreakpoint === undefined) await watchExits(target)
  }

  /** A module of ECMAScript has come to a thread that had none. */
  moduleCame(target: Target): void {
    if (this.#caught.get(target) !== Infinity) return
    this.#caught.set(target, 0)
    void this.applyTo(target)
  }

  /** Whether a thread that stands at an exception is to go on. */
  async passesOver(target: Target, event: PausedEvent): Promise<boolean> {
    if (event.reason === 'OOM') return false
    if (this.#isThrownAgain(target, event)) return true
    const wanted = this.#wanted
    if ((wanted !== 'uncaught' && wanted !== 'failures') || event.data?.uncaught === true) return false
    const hasModules = [...target.scripts.all()].some(({ isModule }) => isModule)
    const count = hasModules || wanted === 'failures' ? this.#countOf(target) + 1 : Infinity
    this.#caught.set(target, count)
    if (count >= mostCaught[wanted]) void this.applyTo(target)
    if (wanted === 'failures' && (await isFailure(target, event, this.#knownOf))) return false
    return !(hasModules && (await this.#leavesModule(target, event)))
  }

  #countOf(target: Target): number {
    return this.#caught.get(target) ?? 0
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
    const outermost = callFrames.findLastIndex(frame => !isInternal(frame))
    const own = callFrames.slice(0, outermost + 1)
    // Of what Node calls back, only Node knows who catches what that throws.
    const first = own.findIndex(frame => !isInternal(frame))
    if (first < 0 || own.slice(first).some(isInternal)) return false
    const steps = own.slice(first).map(({ location }) => location)
    const isEvaluated = own.at(-1)?.scopeChain.every(({ type }) => type !== 'local') ?? false
    if (!isEvaluated) {
      const caller = callFrames[outermost + 1]
      if (caller !== undefined && !isMicrotask(caller)) return false
      for (let trace = asyncStackTrace; trace !== undefined; trace = trace.parent) {
        const [frame] = trace.callFrames
        if (frame === undefined || isInternal(frame) || !/await/.test(trace.description ?? '')) break
        const { scriptId, lineNumber, columnNumber } = frame
        steps.push({ scriptId, lineNumber, columnNumber })
      }
      if (steps.length === own.length - first) return false
    }
    let wasAsync = false
    for (const location of steps) {
      const known = await this.#knownOf(target, location)
      if (known === undefined) return false
      const { handlers, offset } = known
      if (wasAsync && !handlers.awaits(offset)) return false
      if (handlers.catches(offset)) return false
      wasAsync = handlers.isAsync(offset)
    }
    const last = steps.at(-1)
    return !wasAsync && last !== undefined && target.scripts.get(last.scriptId)?.isModule === true
  }

  readonly #knownOf = async (target: Target, location: Location): Promise<KnownSource | undefined> => {
    const { scriptId, lineNumber, columnNumber } = location
    const all = this.#known.get(target) ?? new Map<string, Promise<Known>>()
    this.#known.set(target, all)
    const reading = all.get(scriptId) ?? this.#read(target, scriptId)
    all.set(scriptId, reading)
    const known = await reading
    if (known === undefined) return undefined
    return { handlers: known.handlers, offset: offsetOf(known.source, lineNumber, columnNumber) }
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
