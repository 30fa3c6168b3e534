import { z } from 'zod'
import { type Clock, toInstant } from '../../../../lib/clock.ts'
import { callEnd, mostProbes, type Probe } from '../../../contract/debug-probes.ts'
import type { AskAdapter } from '../ask-adapter.ts'
import { lineNotFound } from '../breakpoints/breakpoint-list.ts'
import type { HiddenLogpoint } from '../breakpoints/send-breakpoints.ts'
import { cutText } from '../cut-text.ts'
import { type AdapterBreakpoint, anyBodySchema, outputEventSchema } from '../dap-messages.ts'
import type { EnginePlan } from '../engine.ts'
import { Refusal } from '../refusal.ts'
import { RecordRing } from './record-ring.ts'
import { type TraceAsked, type TracedFunction, traceSetSchema, unsetSchema } from './trace-request.ts'

/** Of each text that is recorded. */
const longestText = 300
/** Of a call, the first ones: there are functions with more. */
const mostArguments = 20
const askMs = 5_000

const text = z.string().transform(all => cutText(all, longestText).value)
const tracedSchema = z.object({
  lost: z.int().min(0).default(0),
  /** Those whose code has come to be there. */
  set: z.array(z.int()).max(1_000).default([]),
  /** Those that somebody's breakpoint has taken the place of. */
  unset: unsetSchema,
  records: z
    // What an exception leaves is told at once, however deep it lies: the ring keeps the last ones.
    .array(
      z.object({
        probe: z.int(),
        function: text,
        arguments: z.array(z.tuple([text, text])).transform(all => all.slice(0, mostArguments)),
        ended: callEnd,
        result: text.nullable(),
        /** When it began, in milliseconds since 1970, and how long it took. */
        began: z.number(),
        ms: z.number().nullable(),
        depth: z.int().min(0),
        thread: text,
      }),
    )
    .default([]),
})

export type ProbesDependencies = {
  readonly ask: AskAdapter
  readonly clock: Clock
  readonly plan: Pick<EnginePlan, 'tracesCalls' | 'logExpression'>
  /** Whose adapter is told again what it is to have in a file. */
  readonly live: { readonly breakpoints: { resend(file: string): Promise<void> } }
}

type Entry = Probe & {
  /** Where the message is asked for, and of which names; of what the engine tells itself, nowhere. */
  readonly at: number | null
  readonly expressions: readonly string[]
  /** The file by its absolute path. */
  readonly path: string
  /** Of a function: where it begins, and what runs at each call. */
  readonly begins?: Pick<TracedFunction, 'line' | 'inside' | 'suspends' | 'results'>
}

/** One that is wanted: its number is not given yet. */
export type NewProbe = (
  | Omit<Extract<Probe, { kind: 'calls' }>, 'id' | 'hits' | 'returns'>
  | Omit<Extract<Probe, { kind: 'values' }>, 'id' | 'hits'>
) &
  Pick<Entry, 'at' | 'expressions' | 'path' | 'begins'>

/** Around the values of one message: what a debugger adds around the whole is not of them. */
const separator = '~|~'
const mark = /~watch (\d+)~/

/** What a debuggee tells while it runs on, and what it has told. */
export class Probes {
  readonly ring = new RecordRing()
  readonly #deps: ProbesDependencies
  readonly #values = new Map<number, string>()
  #entries: readonly Entry[] = []
  #lastId = 0

  constructor(deps: ProbesDependencies) {
    this.#deps = deps
  }

  /** Whether the engine tells calls itself; otherwise they are told by messages where functions begin. */
  get tracesCalls(): boolean {
    return this.#deps.plan.tracesCalls === true
  }

  /** Those of a launch cannot be had: the debugger says why. */
  failed(message: string): void {
    this.#entries = this.#entries.map(entry =>
      entry.begins === undefined ? entry : { ...entry, verified: false, message },
    )
  }

  list(): Probe[] {
    return this.#entries.map(({ at: _, expressions: __, path: ___, begins: ____, ...told }) => told)
  }

  /** Those of these numbers go, these come; one that is there already stays. Throws a Refusal where there are too many. */
  async change(come: readonly NewProbe[], go: readonly number[]): Promise<void> {
    const before = this.#entries
    const stay = before.filter(({ id }) => !go.includes(id))
    const wanted = new Map(come.map(one => [placeOf(one), one]))
    for (const one of stay) wanted.delete(placeOf(one))
    const fresh = [...wanted.values()]
    if (stay.length + fresh.length > mostProbes)
      throw new Refusal(
        'debugger_refused',
        `at most ${mostProbes} are traced or watched: take some away first`,
      )
    const added = fresh.map(one => {
      const returns = one.kind === 'calls' ? { returns: this.tracesCalls } : {}
      return { ...one, ...returns, id: ++this.#lastId, hits: 0 } as Entry
    })
    this.#entries = [...stay, ...added]
    const touched = [...before.filter(entry => !stay.includes(entry)), ...added]
    const files = new Set(touched.filter(({ at }) => at !== null).map(({ file }) => file))
    for (const file of files) await this.#deps.live.breakpoints.resend(file)
    if (this.tracesCalls && touched.some(({ kind }) => kind === 'calls')) await this.#trace()
  }

  /** What is to be asked of a file besides its breakpoints. */
  hidden(file: string): readonly HiddenLogpoint[] {
    return this.#entries.flatMap(({ id, file: of, at, expressions }) => {
      if (of !== file || at === null) return []
      const values = expressions
        .map(one => `{${this.#deps.plan.logExpression?.(one) ?? one}}`)
        .join(separator)
      return [{ id, line: at, logMessage: `~watch ${id}~${values}` }]
    })
  }

  /** What the adapter has made of them; `message` in place of an answer: why one was not sent. */
  answered(id: number, answer: AdapterBreakpoint | { verified: false; message: string }): void {
    this.#entries = this.#entries.map(entry => {
      if (entry.id !== id) return entry
      const line = 'line' in answer ? (answer.line ?? entry.at) : entry.at
      if (entry.kind === 'values' && line !== entry.line)
        return {
          ...entry,
          ...{ verified: false, at: null },
          message: `line ${entry.line} holds no code; the nearest line with code is ${line}`,
        }
      const message = answer.verified ? null : (answer.message ?? lineNotFound)
      return { ...entry, verified: answer.verified, message }
    })
  }

  /** Takes an event of the adapter that is of these alone. */
  takes(name: string, body: unknown): boolean {
    if (name === 'debugServerTraced') {
      const { success, data } = tracedSchema.safeParse(body)
      if (success) this.#calls(data)
      return true
    }
    if (name !== 'output') return false
    const said = outputEventSchema.safeParse(body).data?.output
    if (said === undefined || !mark.test(said)) return false
    const [, ...pieces] = said.split(mark)
    for (let i = 0; i + 1 < pieces.length; i += 2) this.#said(Number(pieces[i]), pieces[i + 1] ?? '')
    return true
  }

  /** Has the debuggee tell what it holds back still. */
  async flush(): Promise<void> {
    if (!this.tracesCalls || !this.#entries.some(({ kind }) => kind === 'calls')) return
    await this.#deps.ask('debugServerTrace', {}, anyBodySchema, askMs).catch(() => undefined)
  }

  async #trace(): Promise<void> {
    const functions = this.#entries.flatMap(entry => {
      if (entry.kind !== 'calls' || entry.begins === undefined) return []
      const { id, function: name, path: file, begins, expressions: parameters } = entry
      return [{ id, name, file, ...begins, parameters }]
    })
    const asked: TraceAsked = { functions }
    const { unset } = await this.#deps.ask('debugServerTrace', asked, traceSetSchema, askMs)
    this.#entries = this.#entries.map(entry => {
      if (entry.kind !== 'calls' || entry.begins === undefined) return entry
      const message = unset.find(({ id }) => id === entry.id)?.message ?? null
      return { ...entry, verified: message === null, message }
    })
  }

  #calls({ records, lost, set, unset }: z.output<typeof tracedSchema>): void {
    this.ring.lose(lost)
    this.#told(entry => (set.includes(entry.id) ? entry.hits : undefined))
    for (const { probe, ms, began, arguments: given, ...rest } of records) {
      const at = toInstant(Number.isFinite(began) ? began : this.#deps.clock.now())
      const named = given.map(([name, value]) => ({ name, value }))
      this.#hit(probe)
      this.ring.add({
        kind: 'call',
        probe,
        at,
        ...rest,
        arguments: named,
        duration: ms === null ? null : Math.round(ms * 1_000) / 1_000,
      })
    }
    this.#entries = this.#entries.map(entry => {
      const message = unset.find(({ id }) => id === entry.id)?.message
      return message === undefined ? entry : { ...entry, verified: false, message }
    })
  }

  /** A message: of a watch its value, of a function its arguments. */
  #said(id: number, message: string): void {
    const entry = this.#entries.find(one => one.id === id)
    if (entry === undefined) return
    const said = message.replace(/\r?\n$/, '')
    const at = toInstant(this.#deps.clock.now())
    this.#hit(id)
    if (entry.kind === 'calls') this.ring.add({ kind: 'call', probe: id, at, ...callOf(entry, said) })
    else {
      const { value } = cutText(said, longestText)
      const last = this.#values.get(id)
      this.#values.set(id, value)
      if (!entry.changes || last !== value) this.ring.add({ kind: 'value', probe: id, at, value })
    }
  }

  #hit(id: number): void {
    this.#told(entry => (entry.id === id ? entry.hits + 1 : undefined))
  }

  /** Of those that have so many hits, it is known that their code is there. */
  #told(hits: (entry: Entry) => number | undefined): void {
    this.#entries = this.#entries.map(entry => {
      const count = hits(entry)
      return count === undefined ? entry : { ...entry, hits: count, verified: true, message: null }
    })
  }
}

/** A call of which its message is all that is known: it stands at the beginning of the function. */
function callOf({ function: name, expressions }: Extract<Entry, { kind: 'calls' }>, said: string) {
  const values = said.split(separator)
  const given = expressions.map((one, i) => ({
    name: one,
    value: cutText(values[i] ?? '', longestText).value,
  }))
  const unseen = { ended: 'unseen', result: null, duration: null, depth: 0, thread: null } as const
  return { function: name, arguments: given, ...unseen }
}

const placeOf = (probe: NewProbe | Entry): string =>
  probe.kind === 'calls'
    ? `calls ${probe.file}:${probe.function}`
    : `values ${probe.file}:${probe.line} ${probe.expression} ${probe.changes}`
