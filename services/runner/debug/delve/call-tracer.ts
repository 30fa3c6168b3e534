import { z } from 'zod'
import { systemClock, systemStopwatch } from '../../../../lib/clock.ts'
import type { Told } from '../above/open-calls.ts'
import { type TraceSet, traceAskedSchema } from '../above/trace-request.ts'
import type { Speaker } from '../within/dap-within.ts'
import { DelveQuestions, type GoFrame, type Standing, type Within } from './delve-questions.ts'
import { GoCalls } from './go-calls.ts'
import { returnsIn } from './returns-in.ts'
import { argumentsOf, TraceBreakpoints, type Traced } from './trace-breakpoints.ts'

const steps: ReadonlySet<string> = new Set(['next', 'stepIn', 'stepOut'])
const halts: ReadonlySet<string> = new Set(['pause', 'setBreakpoints', 'setFunctionBreakpoints'])
const outputSchema = z.object({ output: z.string() })
const evaluatedSchema = z.object({ expression: z.string() })
/** Delve begins with these numbers anew at each stop. */
const firstFrame = 1_000
const firstVariables = 1_000
/** How deep what is inlined lies, in frames. */
const mostInlined = 20
const optimized = /^\(unreadable (?:empty OP stack|could not find loclist entry).*\)$/

/** What Delve tells of a stop. */
type Stop = {
  readonly reason: string
  readonly threadId: number
  readonly hitBreakpointIds?: number[] | undefined
}

/**
 * Calls of functions of Go: a message tells where one begins, and a breakpoint at each of its `RET` stops the program for what it
 * returns; it goes on at once. Of goroutines that have stopped together Delve tells one, and sends all of them on: so the others
 * that run are looked at, and one that stands at somebody's own breakpoint is told of. A breakpoint in its way would end a
 * step, during which nothing is heard of returns for that.
 */
export class CallTracer {
  readonly #questions: DelveQuestions
  readonly #calls: GoCalls
  readonly #breakpoints: TraceBreakpoints
  readonly #tell: (name: string, body: unknown) => void
  #isToPause = false
  /** Somebody has Delve halt the program for a moment, at least. */
  #isHalting = false

  constructor(ask: Speaker['ask'], tell: (name: string, body: unknown) => void) {
    this.#questions = new DelveQuestions(ask)
    this.#calls = new GoCalls(records => this.#told(records), systemClock, systemStopwatch)
    this.#breakpoints = new TraceBreakpoints(ask)
    this.#tell = tell
  }

  get isOn(): boolean {
    return this.#breakpoints.any
  }

  async trace(parameters: object): Promise<TraceSet> {
    const { functions } = traceAskedSchema.parse(parameters)
    if (functions === undefined) return { unset: [] }
    this.#isHalting = true
    const breakpoints = this.#breakpoints
    const gone = breakpoints.functions.filter(({ asked }) => !functions.some(({ id }) => id === asked.id))
    const stay = breakpoints.functions.filter(one => !gone.includes(one))
    const come = functions
      .filter(({ id }) => !stay.some(({ asked }) => asked.id === id))
      .map(
        (asked): Traced => ({
          ...{ asked, name: asked.name, code: 'unknown' },
          ...{ breakpoint: undefined, problem: undefined, told: undefined },
        }),
      )
    breakpoints.functions = [...stay, ...come]
    for (const one of gone) {
      this.#calls.forget(one.asked.id)
      breakpoints.forget(one)
    }
    for (const file of new Set([...gone, ...come].map(({ asked }) => asked.file)))
      await breakpoints.send(file)
    // Of addresses Delve takes none while the program runs: once it stands.
    await this.#settle().catch(() => undefined)
    return { unset: problemsOf(breakpoints.functions) }
  }

  /** A request before it is sent: with what it is sent. */
  request(command: string, parameters: object): object {
    const file = this.#breakpoints.theirs.heard(command, parameters)
    if (!this.isOn) return parameters
    if (halts.has(command)) this.#isHalting = true
    if (command === 'pause') this.#isToPause = true
    if (steps.has(command)) this.#goOn(true)
    if (command === 'continue' || command === 'configurationDone') this.#goOn(false)
    if (
      command === 'evaluate' &&
      /^\s*call\s/.test(evaluatedSchema.safeParse(parameters).data?.expression ?? '')
    ) {
      this.#beQuiet('away')
    }
    const within = this.#breakpoints.functions.filter(({ asked }) => asked.file === file)
    if (file === undefined || within.length === 0) return parameters
    void this.#giveWay(file, within).catch(() => undefined)
    return this.#breakpoints.merged(file).all
  }

  /** An event `output`: whether it is of these. */
  heard(body: unknown): boolean {
    if (!this.isOn) return false
    const said = this.#breakpoints.said(outputSchema.safeParse(body).data?.output ?? '')
    if (said === undefined) return false
    if (said === 'nothing') return true
    const given = argumentsOf(said.traced.asked).map((name, at) => [name, said.values[at] ?? ''] as const)
    this.#began(said.traced, said.traced.name, said, given)
    return true
  }

  /** All goroutines stand: what is to be told of that; nothing where it was for these calls alone, and they go on. */
  async stopped<Any extends Stop>(stop: Any): Promise<Any | undefined> {
    await this.#breakpoints.settled
    const [id] = stop.hitBreakpointIds ?? []
    const entered = this.#breakpoints.functions.find(
      ({ breakpoint }) => breakpoint !== undefined && breakpoint === id,
    )
    const isOurs = stop.reason === 'instruction breakpoint' || entered !== undefined
    const found = await this.#look(stop, isOurs, entered).catch(() => undefined)
    const isToPause = this.#isToPause
    if (isOurs && found === undefined && !isToPause) {
      this.#isHalting = false
      void this.#questions.goOn(stop.threadId).catch(() => undefined)
      return undefined
    }
    this.#isToPause = false
    if (!isOurs) return stop
    return found === undefined
      ? { ...stop, reason: 'pause', hitBreakpointIds: [] }
      : { ...stop, ...found, hitBreakpointIds: [] }
  }

  /** The program is over. */
  finish(): void {
    this.#calls.finish()
  }

  /** Takes what goroutines tell; where somebody else's breakpoint has one stop as well, that. */
  async #look(stop: Stop, isOurs: boolean, entered: Traced | undefined): Promise<Partial<Stop> | undefined> {
    // Of these the messages have come.
    const told = new Set(this.#breakpoints.functions.filter(one => this.#breakpoints.tells(one)))
    // What one does not tell is no reason to pass over the others.
    const [, isAlone] = await Promise.all([
      this.#first(stop.threadId, isOurs, entered, told).catch(() => undefined),
      this.#questions.isAlone(),
    ])
    let found: Partial<Stop> | undefined
    for (const one of isAlone ? [] : await this.#others(stop.threadId)) {
      const isKnown = await this.#take(one, told).catch(() => false)
      if (isOurs && !isKnown) found ??= await this.#ofTheirs(one).catch(() => undefined)
    }
    await this.#settle().catch(() => undefined)
    return found
  }

  async #others(but: number): Promise<Standing[]> {
    const running = await this.#questions.running(but)
    const standing = await Promise.all(running.map(one => this.#questions.where(one).catch(() => undefined)))
    return standing.filter(one => one !== undefined)
  }

  /** The goroutine that is told of: where it stands at ours, what will have to be asked is asked at once. */
  async #first(
    goroutine: number,
    isOurs: boolean,
    entered: Traced | undefined,
    told: ReadonlySet<Traced>,
  ): Promise<void> {
    const asked = this.#questions.where(goroutine, entered === undefined ? 1 : 2)
    const early = isOurs
      ? this.#questions.within(firstFrame, firstVariables).catch(() => undefined)
      : undefined
    const [standing, within] = await Promise.all([asked, early])
    await this.#take(standing, told, standing.frames[0]?.id === firstFrame ? within : undefined, entered)
  }

  /** What a goroutine tells that stands there; whether it is of these. */
  async #take(
    { goroutine, frames }: Standing,
    told: ReadonlySet<Traced>,
    early?: Within,
    entered?: Traced,
  ): Promise<boolean> {
    const [frame] = frames
    if (frame === undefined) return false
    const { returns, entries } = this.#breakpoints
    const address = frame.instructionPointerReference
    const from = returns.get(address)
    if (from !== undefined) {
      const own = frame.name === from.name ? frame : await this.#around(goroutine, address, from.name)
      if (own === undefined) return returns.delete(address)
      const known = own === frame ? early : undefined
      const { offset, variables } = known ?? (await this.#questions.within(own.id))
      this.#calls.returned(from.traced.asked.id, { goroutine, offset }, resultOf(from.traced, variables))
      return true
    }
    if (entered !== undefined && !entries.has(address)) await this.#learn(entered, frames)
    const traced = entries.get(address)
    if (traced === undefined || told.has(traced)) return traced !== undefined
    const { offset, variables } = early ?? (await this.#questions.within(frame.id))
    const given = argumentsOf(traced.asked).map(name => [name, shownOf(name, variables)] as const)
    this.#began(traced, frame.name, { goroutine, offset }, given)
    return true
  }

  /** The function itself, where it stands in what a compiler has put into it; none where that is another function. */
  async #around(goroutine: number, address: string, name: string): Promise<GoFrame | undefined> {
    const { frames } = await this.#questions.where(goroutine, mostInlined)
    return frames.find(one => one.name === name && one.instructionPointerReference === address)
  }

  #began(
    { asked, code }: Traced,
    name: string,
    place: { readonly goroutine: number; readonly offset: number },
    given: readonly (readonly [string, string])[],
  ): void {
    const isSeen = code === 'told' || code === 'generic'
    const isUnsure = this.#breakpoints.quiet !== false
    const call = { probe: asked.id, function: name, arguments: given }
    this.#calls.began(call, place, { isSeen, isUnsure, mayRepeat: this.#isHalting })
  }

  /** It has stopped where it begins: finds where it returns. */
  async #learn(traced: Traced, [frame, caller]: readonly GoFrame[]): Promise<void> {
    if (frame === undefined) return
    const { entries, returns } = this.#breakpoints
    const address = frame.instructionPointerReference
    traced.name = frame.name
    // What is part of its caller stands where that does.
    const isPart = caller?.instructionPointerReference === address
    const code = isPart ? [] : await this.#questions.code(address, all => returnsIn(all).isWhole)
    const { addresses, isWhole } = returnsIn(code)
    for (const one of addresses) returns.set(one, { traced, name: frame.name })
    if (isWhole && (await this.#stand(addresses))) traced.code = frame.name.includes('[') ? 'generic' : 'told'
    else {
      this.#breakpoints.forget(traced)
      traced.code = 'unseen'
    }
    entries.set(address, traced)
  }

  /** Whether breakpoints stand at all of these. */
  async #stand(addresses: readonly string[]): Promise<boolean> {
    const all = [...this.#breakpoints.returns.keys()]
    const answers = await this.#breakpoints.sendReturns(all)
    return addresses.every(one => answers[all.indexOf(one)]?.verified === true)
  }

  /** A goroutine that stands at somebody else's breakpoint, from which it would be sent on. */
  async #ofTheirs({ goroutine, frames: [frame] }: Standing): Promise<Partial<Stop> | undefined> {
    if (frame === undefined) return undefined
    const { id, instructionPointerReference: address } = frame
    const { theirs, returns } = this.#breakpoints
    for (const { reason, condition } of theirs.at({ ...frame, path: frame.source?.path })) {
      // Of two breakpoints at an address Delve refuses the second.
      const answers = await this.#breakpoints.sendReturns([...returns.keys(), address])
      if (answers.at(-1)?.verified !== false) continue
      if (condition === undefined || (await this.#questions.evaluate(condition, id)) === 'true')
        return { reason, threadId: goroutine }
    }
    return undefined
  }

  #goOn(isStep: boolean): void {
    this.#isToPause = false
    this.#beQuiet(isStep)
  }

  #beQuiet(quiet: TraceBreakpoints['quiet']): void {
    // What an expression calls may have others run as well.
    if (quiet !== false) this.#calls.unsure()
    if (this.#breakpoints.quiet === quiet) return
    this.#breakpoints.quiet = quiet
    void this.#settle().catch(() => undefined)
  }

  async #settle(): Promise<void> {
    if (await this.#breakpoints.settle()) this.#calls.unsure()
  }

  /** Somebody's own breakpoints come into a file: before these, where one may stand. What has to come first is sent at once. */
  async #giveWay(file: string, within: readonly Traced[]): Promise<void> {
    const away = this.#breakpoints.takeReturnsAway()
    const set = this.#breakpoints.send(file).then(() => this.#told([], setOf(within)))
    await Promise.allSettled([away, set])
    await this.#settle()
  }

  /** Somebody else's breakpoint may have taken the place of one of these, which calls that are open still do not change. */
  #told(records: readonly Told[], set: readonly number[] = []): void {
    this.#tell('debugServerTraced', { records, set, unset: problemsOf(this.#breakpoints.functions) })
  }
}

const setOf = (functions: readonly Traced[]) =>
  functions.filter(({ problem }) => problem === undefined).map(({ asked }) => asked.id)

const problemsOf = (functions: readonly Traced[]): TraceSet['unset'] =>
  functions.flatMap(({ asked: { id }, problem }) => (problem === undefined ? [] : [{ id, message: problem }]))

type Variables = Within['variables']

/** Arguments and results come first; one that another hides is in parentheses. */
const shownOf = (name: string, variables: Variables): string =>
  variables.find(one => one.name === name || one.name === `(${name})`)?.value ?? '?'

/** Those without a name have one of Delve's. */
function resultOf({ asked }: Traced, variables: Variables): string | null {
  const named = new Set(asked.results)
  const values: string[] = []
  for (const { name, value } of variables) {
    const bare = name.replace(/^\((.*)\)$/, '$1')
    if (named.delete(bare) || /^~[rb]\d+$/.test(bare))
      values.push(optimized.test(value) ? '<optimized out>' : value)
  }
  return values.length > 1 ? `(${values.join(', ')})` : (values[0] ?? null)
}
