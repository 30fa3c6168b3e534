import { z } from 'zod'
import { type Begun, OpenCalls } from '../above/open-calls.ts'
import type { TraceAsked, TracedFunction, TraceSet } from '../above/trace-request.ts'
import { CdpError } from './cdp-connection.ts'
import {
  breakpointSetSchema,
  evaluatedSchema,
  type Location,
  locationSchema,
  type PausedEvent,
} from './cdp-messages.ts'
import { unstopped } from './evaluate.ts'
import type { LineBreakpoints } from './line-breakpoints.ts'
import type { Target } from './target.ts'
import { beginsAt, installing, knowing, returnsAt, showing, stepping } from './trace-script.ts'

const possibleSchema = z.object({
  locations: z.array(locationSchema.extend({ type: z.string().optional() })),
})
const saidSchema = z.union([
  z.tuple([
    z.literal('begins'),
    z.int(),
    z.number(),
    z.int(),
    z.array(z.tuple([z.string(), z.string()])),
    z.boolean(),
  ]),
  z.tuple([z.literal('returns'), z.int(), z.number(), z.int(), z.boolean()]),
])

type Watched = {
  /** The inspector's names of the breakpoints where traced functions return. */
  readonly returns: Map<string, number>
  /** Whose returns are heard of. */
  readonly seen: Set<number>
  readonly calls: OpenCalls
  /** It has begun, and its thread waits until it is known where it returns. */
  beginning?: Beginning
}
type Beginning = { readonly call: Begun; readonly at: number; readonly deep: number }

/**
 * Calls of functions, told by what their threads say at conditional breakpoints; for its result a thread is stopped where it
 * returns, and sent on at once, and so it is in the first call of each, until it is heard of where that returns. A step is not
 * interrupted: what returns meanwhile tells no result. Async functions and generators go on after others have begun, and tell that
 * they begin alone.
 */
export class CallTraces {
  readonly #binding: string
  readonly #breakpoints: LineBreakpoints
  readonly #targets: () => Iterable<Target>
  readonly #event: (name: string, body: unknown) => void
  readonly #watched = new Map<Target, Watched>()
  #functions: readonly TracedFunction[] = []

  constructor(
    breakpoints: LineBreakpoints,
    targets: () => Iterable<Target>,
    event: (name: string, body: unknown) => void,
  ) {
    this.#binding = breakpoints.binding
    this.#breakpoints = breakpoints
    this.#targets = targets
    this.#event = event
    breakpoints.onEntered((target, key, location) => this.#found(target, key, location))
  }

  async trace({ functions }: TraceAsked): Promise<TraceSet> {
    if (functions === undefined) return { unset: [] }
    const files = new Set([...this.#functions, ...functions].map(({ file }) => file))
    const gone = this.#functions.filter(({ id }) => !functions.some(one => one.id === id))
    this.#functions = functions
    for (const target of this.#targets()) this.applyTo(target)
    for (const { id } of gone) this.#forget(id)
    const unset: TraceSet['unset'] = []
    for (const file of files) {
      const within = functions.filter(one => one.file === file)
      const asked = within.map(({ id, inside, parameters }) => ({
        ...inside,
        entered: { key: id, condition: beginsAt(this.#binding, id, parameters) },
      }))
      const told = await this.#breakpoints.replaceEntered(file, asked)
      told.forEach(({ verified, message = '' }, at) => {
        const id = within[at]?.id
        if (!verified && id !== undefined) unset.push({ id, message })
      })
    }
    return { unset }
  }

  /** Has a new thread say what is traced. */
  applyTo(target: Target): void {
    if (this.#functions.length === 0 || this.#watched.has(target)) return
    this.#watched.set(target, { returns: new Map(), seen: new Set(), calls: new OpenCalls(target.name) })
    this.#breakpoints.addBinding(target)
    target.connection.tell('Runtime.evaluate', { ...unstopped, expression: installing(this.#binding) })
  }

  /** What a thread says by the binding, where it is of these. */
  said(target: Target, payload: string): boolean {
    if (!payload.startsWith('["begins"') && !payload.startsWith('["returns"')) return false
    const watched = this.#watched.get(target)
    const said = saidSchema.safeParse(parsed(payload)).data
    if (watched === undefined || said === undefined) return true
    const { calls, seen } = watched
    if (said[0] === 'begins') {
      const [, key, at, deep, given, stops] = said
      const name = this.#functions.find(({ id }) => id === key)?.name
      if (name === undefined) return true
      const call = { probe: key, function: name, arguments: given }
      if (stops) watched.beginning = { call, at, deep }
      else this.#tell(calls.began(call, at, deep, seen.has(key)))
    } else {
      const [, key, at, depth, stops] = said
      this.#tell(calls.returned(key, at, depth, stops ? undefined : notSeen))
    }
    return true
  }

  /** A thread that stands where traced functions begin or return: takes what it was to stop for. Whether it stands for that alone. */
  async took(target: Target, { hitBreakpoints, callFrames }: PausedEvent): Promise<boolean> {
    const watched = this.#watched.get(target)
    if (watched === undefined) return false
    const { beginning } = watched
    delete watched.beginning
    const isOwn = (id: string) => watched.returns.has(id) || this.#breakpoints.isEntered(target, id)
    if (!hitBreakpoints.some(isOwn)) return false
    if (beginning !== undefined) await this.#begin(target, watched, beginning)
    if (hitBreakpoints.some(id => watched.returns.has(id))) {
      const value = callFrames[0]?.returnValue
      this.#tell(watched.calls.resulted(value === undefined ? null : await this.#text(target, value)))
    }
    return hitBreakpoints.every(isOwn) && !target.pauseRequest.isWanted
  }

  async #begin(target: Target, watched: Watched, { call, at, deep }: Beginning): Promise<void> {
    await this.#breakpoints.settledIn(target)
    const asked = { ...unstopped, expression: knowing(this.#binding, call.probe) }
    const { result } = await target.connection.send('Runtime.evaluate', asked, evaluatedSchema)
    // What it has waited is not of its duration.
    const began = typeof result.value === 'number' ? result.value : at
    this.#tell(watched.calls.began(call, began, deep, watched.seen.has(call.probe)))
  }

  /** A thread is sent on. */
  sentOn(target: Target, steps: boolean): void {
    if (!this.#watched.has(target)) return
    target.connection.tell('Runtime.evaluate', {
      ...unstopped,
      expression: stepping(this.#binding, steps),
    })
  }

  /** A thread is over: what is open there will not end any more. */
  gone(target: Target): void {
    const calls = this.#watched.get(target)?.calls
    this.#watched.delete(target)
    if (calls !== undefined) this.#tell(calls.finish())
  }

  /** Where it returns is found out by where it begins. */
  async #found(target: Target, key: number, location: Location): Promise<void> {
    const watched = this.#watched.get(target)
    const traced = this.#functions.find(({ id }) => id === key)
    if (watched === undefined || traced === undefined) return
    this.#event('debugServerTraced', { set: [key] })
    if (traced.suspends) return
    const { connection } = target
    const condition = returnsAt(this.#binding, key)
    const within = { start: location, restrictToFunction: true }
    try {
      const { locations } = await connection.send('Debugger.getPossibleBreakpoints', within, possibleSchema)
      const returns = locations.filter(({ type }) => type === 'return')
      const set = returns.map(({ type: _, ...place }) =>
        connection.send('Debugger.setBreakpoint', { location: place, condition }, breakpointSetSchema),
      )
      for (const { breakpointId } of await Promise.all(set)) watched.returns.set(breakpointId, key)
      watched.seen.add(key)
      connection.tell('Runtime.evaluate', { ...unstopped, expression: knowing(this.#binding, key) })
    } catch (error) {
      // It is told that it begins.
      if (!(error instanceof CdpError)) throw error
    }
  }

  #forget(key: number): void {
    for (const [target, { returns, seen, calls }] of this.#watched) {
      seen.delete(key)
      calls.forget(key)
      for (const [breakpointId, of] of returns)
        if (of === key) {
          returns.delete(breakpointId)
          target.connection.tell('Debugger.removeBreakpoint', { breakpointId })
        }
    }
  }

  async #text(target: Target, value: NonNullable<PausedEvent['callFrames'][0]['returnValue']>) {
    if (value.objectId === undefined)
      return value.type === 'string' ? String(value.value) : (value.description ?? String(value.value))
    const { objectId } = value
    const asked = { objectId, functionDeclaration: showing, silent: true }
    const { result } = await target.connection.send('Runtime.callFunctionOn', asked, evaluatedSchema)
    return String(result.value ?? value.description)
  }

  #tell(records: readonly object[]): void {
    if (records.length > 0) this.#event('debugServerTraced', { records })
  }
}

const notSeen = '<not seen: the program was being stepped>'

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
