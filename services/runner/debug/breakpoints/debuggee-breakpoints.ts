import {
  type Breakpoint,
  type BreakpointWish,
  breakpointOf,
  isHit,
  parseHitCondition,
  placeOfWish,
} from '../../../contract/debug-breakpoints.ts'
import type { Stop } from '../../../contract/debug-resources.ts'
import type { SourceLine } from '../../../contract/fields.ts'
import { type AdapterBreakpoint, breakpointEventSchema, type Capabilities } from '../dap-messages.ts'
import { Refusal } from '../refusal.ts'
import type { SourceLines } from '../source-text.ts'
import type { WorktreePaths } from '../worktree-paths.ts'
import {
  BreakpointList,
  type Entry,
  mostBreakpoints,
  mostTold,
  type NewBreakpoint,
} from './breakpoint-list.ts'
import { lineWithText } from './find-text.ts'
import { type Group, groupOf, type Sending, sendGroup } from './send-breakpoints.ts'
import { type Standing, standingAt } from './standing-at.ts'
import { whyNot } from './what-it-can.ts'

export type BreakpointsDependencies = Pick<Sending, 'ask' | 'hitCondition' | 'probes'> & {
  readonly paths: WorktreePaths
  readonly lines: (path: string) => Promise<SourceLines>
  /** Which it is, for those who cannot have what it lacks. */
  readonly engine: string
  /** Known when the adapter has been asked what it can. */
  readonly capabilities: () => Capabilities
  /** There is something new to tell. */
  readonly changed: () => void
}

/** One that is asked for; `dataId`: of data, by what the adapter knows them. */
export type Wished = { readonly wish: BreakpointWish; readonly dataId?: string }

/**
 * A debuggee's breakpoints, kept in step with its adapter: one change at a time, for an adapter's request replaces all of
 * a file, or of a kind.
 */
export class DebuggeeBreakpoints {
  readonly #deps: BreakpointsDependencies
  /** The exception filters that the launch asked for; one that is taken away by name goes from here. */
  readonly #launchFilters = new Set<string>()
  /** How often each was hit that the multiplexer counts for. */
  readonly #hits = new Map<number, number>()
  #list = new BreakpointList()
  /** Where it is to stop once, for as long as somebody runs to there. */
  #until: SourceLine | undefined
  #turn: Promise<unknown> = Promise.resolve()
  #open = false
  #isReported = false

  constructor(deps: BreakpointsDependencies) {
    this.#deps = deps
  }

  get list(): BreakpointList {
    return this.#list
  }

  /** Sends what has been added so far. Before that, the adapter is not to be asked. */
  open(launchFilters: readonly string[]): Promise<void> {
    this.#open = true
    for (const filter of launchFilters) this.#launchFilters.add(filter)
    return this.#inTurn(() => this.#send([...this.#list.entries.map(groupOf), 'exception']))
  }

  /** Those of the launch: one that cannot be is told as such, and keeps the others from nothing. */
  async addFirst(wishes: readonly BreakpointWish[]): Promise<void> {
    const found = await Promise.all(wishes.map(async wish => (await this.#found({ wish })).breakpoint))
    await this.#inTurn(async () => {
      this.#list = this.#list.with(found)
    })
  }

  /** Throws a Refusal, and changes nothing, where one cannot be. Those of these ids go, or with `clear` all others; what the launch asked for stays. */
  async add(
    wishes: readonly Wished[],
    { ids, clear }: { readonly ids: readonly number[]; readonly clear: boolean },
  ): Promise<Breakpoint[]> {
    const found = await Promise.all(wishes.map(wished => this.#found(wished)))
    for (const { problem } of found) if (problem !== undefined) throw new Refusal('debugger_refused', problem)
    const asked = found.map(({ breakpoint }) => breakpoint)
    return this.#change(list => {
      const next = list.without(clear ? idsOf(list.entries) : new Set(ids)).with(asked)
      if (next.entries.length > mostBreakpoints)
        throw new Refusal('debugger_refused', `at most ${mostBreakpoints} breakpoints; take some away first`)
      if (JSON.stringify(next.told()).length > mostTold)
        throw new Refusal(
          'debugger_refused',
          `at most ${mostTold} characters of breakpoints; take some away first, or shorten their conditions and messages`,
        )
      return next
    })
  }

  /** Those that are named; what is not there is away already. */
  async remove(wishes: readonly Wished[], ids: readonly number[]): Promise<Breakpoint[]> {
    const found = await Promise.all(wishes.map(wished => this.#found(wished)))
    return this.#change(list => {
      const named = found.map(({ breakpoint: { breakpoint } }) => {
        if (breakpoint.kind === 'exception') this.#launchFilters.delete(breakpoint.filter)
        const entry = list.like(breakpoint) ?? this.#byText(list, breakpoint)
        return entry?.id ?? 0
      })
      return list.without(new Set([...ids, ...named]))
    })
  }

  /** The line of a place; throws a Refusal where its text is in none, or in several. */
  async lineAt(at: string): Promise<SourceLine> {
    const place = placeOfWish(at)
    if (place !== undefined && 'line' in place) return place
    const { breakpoint, problem } = await this.#found({ wish: { kind: 'line', at } })
    const { breakpoint: found } = breakpoint
    if (problem !== undefined || found.kind !== 'line' || found.line === null)
      throw new Refusal('debugger_refused', problem ?? `${at} is no line`)
    return { file: found.file, line: found.line }
  }

  /** Tells the adapter again what it is to have in a file, where it can be told by now. */
  async resend(file: string): Promise<void> {
    if (this.#open) await this.#inTurn(() => this.#send([{ file }]))
  }

  /** Has it stop in a line once, whatever the breakpoint there says; throws a Refusal where that is no line of code. */
  async runTo(line: SourceLine): Promise<void> {
    const moved = await this.#inTurn(async () => {
      const before = this.#until
      this.#until = line
      if (before !== undefined && before.file !== line.file) await this.#send([{ file: before.file }])
      const problem = await this.#sendUntil(line)
      if (problem === undefined) return undefined
      this.#until = undefined
      await this.#send([{ file: line.file }])
      return problem
    })
    if (moved !== undefined) throw new Refusal('debugger_refused', moved)
  }

  /** What was to stop it once is gone: it has stopped, or is not to go on. */
  async arrived(): Promise<void> {
    if (this.#until === undefined) return
    await this.#inTurn(async () => {
      const line = this.#until
      this.#until = undefined
      if (line !== undefined) await this.#send([{ file: line.file }])
    })
  }

  /** The breakpoints that a stop stands at. */
  at(standing: Standing): Promise<Entry[]> {
    return standingAt(this.#list, standing, this.#deps.paths)
  }

  /** Whether a stop is none to anybody: at breakpoints alone whose hits are counted here, and are not enough yet. */
  passesOver({ reason, frame }: Pick<Stop, 'reason' | 'frame'>, entries: readonly Entry[]): boolean {
    const until = this.#until
    const isThere = until !== undefined && frame?.file === until.file && frame.line === until.line
    if (entries.length === 0 || isThere || !/breakpoint/.test(reason)) return false
    return entries.map(entry => this.#isHit(entry)).every(hit => !hit)
  }

  /** The adapter's event. */
  reported(body: unknown): void {
    const { success, data } = breakpointEventSchema.safeParse(body)
    if (!success || data.reason !== 'changed') return
    const before = this.#list
    this.#list = before.reported(this.#named(data.breakpoint))
    if (this.#list === before || this.#isReported) return
    // Once, of all that an adapter says at a time.
    this.#isReported = true
    queueMicrotask(() => {
      this.#isReported = false
      this.#deps.changed()
    })
  }

  #isHit(entry: Entry): boolean {
    const text = 'hit_condition' in entry ? entry.hit_condition : null
    const condition = text === null ? undefined : parseHitCondition(text)
    if (condition === undefined || this.#nativeHits(entry) !== undefined) return true
    const hits = (this.#hits.get(entry.id) ?? 0) + 1
    this.#hits.set(entry.id, hits)
    return isHit(condition, hits)
  }

  #nativeHits(entry: Entry): string | undefined {
    const text = 'hit_condition' in entry ? entry.hit_condition : null
    const condition = text === null ? undefined : parseHitCondition(text)
    return condition === undefined ? undefined : this.#deps.hitCondition(condition)
  }

  /** One located by its text is known by it, wherever that stands now. */
  #byText(list: BreakpointList, breakpoint: Breakpoint): Entry | undefined {
    if (breakpoint.kind !== 'line' || breakpoint.text === null) return undefined
    const { file, text } = breakpoint
    return list.of('line').find(entry => entry.file === file && entry.text === text)
  }

  /** What is asked for with its line, or what keeps it from being. */
  async #found({
    wish,
    dataId,
  }: Wished): Promise<{ breakpoint: NewBreakpoint; problem: string | undefined }> {
    const breakpoint = breakpointOf(0, wish, notYet)
    const of = (found: Breakpoint, problem?: string) => ({
      breakpoint: {
        breakpoint: problem === undefined ? found : { ...found, message: problem },
        wanted: problem === undefined,
        ...(dataId === undefined ? {} : { dataId }),
      },
      problem,
    })
    const problem = whyNot(wish, this.#deps.capabilities(), this.#deps.engine)
    if (problem !== undefined) return of(breakpoint, problem)
    const place = wish.kind === 'line' ? placeOfWish(wish.at) : undefined
    if (place === undefined || 'line' in place || breakpoint.kind !== 'line') return of(breakpoint)
    const missing = await this.#deps.paths.missing(place.file)
    if (missing !== undefined) return of(breakpoint, `${place.file}: ${missing}`)
    const lines = await this.#deps.lines(this.#deps.paths.absolute(place.file))
    const line = lineWithText(lines, place.file, place.text)
    return line.found ? of({ ...breakpoint, line: line.line }) : of(breakpoint, line.message)
  }

  async #change(change: (list: BreakpointList) => BreakpointList): Promise<Breakpoint[]> {
    await this.#inTurn(async () => {
      const before = this.#list
      const filters = [...this.#launchFilters]
      this.#list = change(before)
      const touched = [
        ...before.entries.filter(entry => !this.#list.entries.includes(entry)),
        ...this.#list.entries.filter(entry => !before.entries.includes(entry)),
      ].map(groupOf)
      // A file that was not there may have come since.
      if (this.#launchFilters.size < filters.length) touched.push('exception')
      if (touched.length === 0) return
      try {
        if (this.#open) await this.#send(touched)
      } catch (error) {
        // As it was, so that it can be asked for again.
        this.#list = before
        for (const filter of filters) this.#launchFilters.add(filter)
        throw error
      }
      for (const entry of before.entries)
        if (!this.#list.entries.some(({ id }) => id === entry.id)) this.#hits.delete(entry.id)
      this.#deps.changed()
    })
    return this.#list.told()
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => undefined)
    return done
  }

  /** What an adapter says of a file of the worktree names it as the contract does. */
  #named(answer: AdapterBreakpoint): AdapterBreakpoint {
    const { message } = answer
    return message === undefined ? answer : { ...answer, message: this.#deps.paths.inText(message) }
  }

  async #send(groups: readonly Group[]): Promise<void> {
    for (const group of distinct(groups)) {
      if (typeof group === 'object') {
        const missing = await this.#deps.paths.missing(group.file)
        if (missing !== undefined) this.#list = this.#list.refused(group.file, missing)
      }
      // Twice where the adapter has put some into lines that nobody asked for: those are taken back.
      while (await this.#sendGroup(group));
    }
  }

  /** Tells whether it is to be done again, with fewer. */
  async #sendGroup(group: Group): Promise<boolean> {
    const { sent, answers } = await sendGroup(this.#list, group, this.#sending())
    this.#list = this.#list.answered(
      sent,
      answers.map(answer => this.#named(answer)),
    )
    const ids = idsOf(sent)
    return this.#list.entries.some(({ id, wanted }) => ids.has(id) && !wanted)
  }

  /** Tells what keeps the line from being stopped at. */
  async #sendUntil({ file, line }: SourceLine): Promise<string | undefined> {
    const missing = await this.#deps.paths.missing(file)
    if (missing !== undefined) return `${file}: ${missing}`
    const { sent, answers, until } = await sendGroup(this.#list, { file }, this.#sending())
    this.#list = this.#list.answered(
      sent,
      answers.map(answer => this.#named(answer)),
    )
    if (until === undefined || (until.line ?? line) !== line)
      return `line ${line} of ${file} holds no code; the nearest line with code is ${until?.line ?? 'unknown'}`
    return undefined
  }

  #sending(): Sending {
    const { ask, hitCondition, probes, paths, capabilities } = this.#deps
    return {
      ...{ ask, hitCondition, probes, until: this.#until, launchFilters: this.#launchFilters },
      absolute: file => paths.absolute(file),
      filterOptions: capabilities().supportsExceptionFilterOptions,
    }
  }
}

const notYet = 'it is not set yet'

const idsOf = (entries: readonly Entry[]): ReadonlySet<number> => new Set(entries.map(({ id }) => id))

const distinct = (groups: readonly Group[]): Group[] => [
  ...new Map(groups.map(group => [typeof group === 'object' ? `file ${group.file}` : group, group])).values(),
]
