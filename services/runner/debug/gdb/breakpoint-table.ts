import type { AdapterBreakpoint } from '../dap-messages.ts'
import { everyHit, type HitCondition } from './hit-condition.ts'
import type { GdbBkpt } from './mi-answers.ts'

/** One of gdb's breakpoints, and what clients are told of it. */
export type Placed = {
  readonly number: number
  readonly hits: HitCondition
  /** The line that was asked for, where one was. */
  readonly line: number | undefined
  /** How a stop at it is called. */
  readonly reason: string
  /** How often it has stopped the program. */
  stopped: number
  /** How often gdb says that it was come to. */
  times: number
  /** gdb has taken it away by itself. */
  gone: boolean
  told: AdapterBreakpoint
}

export type ToPlace = Pick<Placed, 'line' | 'reason'> & {
  readonly hits?: HitCondition
  readonly unbound: string
}

/** The breakpoints that there are, by gdb's numbers, which clients know them by too. */
export class BreakpointTable {
  readonly #all = new Map<number, Placed>()
  readonly #unbound = new Map<number, string>()
  readonly #changed: (told: AdapterBreakpoint) => void
  #hit = new Set<number>()

  /** `changed` is called when what is told of one has changed by itself. */
  constructor(changed: (told: AdapterBreakpoint) => void) {
    this.#changed = changed
  }

  get(number: number): Placed | undefined {
    return this.#all.get(number)
  }

  get numbers(): number[] {
    return [...this.#all.keys()]
  }

  add(bkpt: GdbBkpt, { hits = everyHit, line, reason, unbound }: ToPlace): Placed {
    const placed = {
      number: bkpt.number,
      ...{ hits, line, reason, stopped: 0, times: bkpt.times, gone: false },
      told: toldOf(bkpt, line, unbound),
    }
    this.#all.set(bkpt.number, placed)
    this.#unbound.set(bkpt.number, unbound)
    return placed
  }

  remove(number: number): void {
    this.#all.delete(number)
    this.#unbound.delete(number)
  }

  /** gdb's notice: it was come to, or a library that holds it was loaded. */
  modified(bkpt: GdbBkpt): void {
    const placed = this.#all.get(bkpt.number)
    if (placed === undefined) return
    if (bkpt.times > placed.times) this.#hit.add(bkpt.number)
    placed.times = bkpt.times
    if (placed.reason === 'data breakpoint') return
    const told = toldOf(bkpt, placed.line, this.#unbound.get(bkpt.number) ?? '')
    const { verified, line, message } = placed.told
    placed.told = told
    if (told.verified !== verified || told.line !== line || told.message !== message) this.#changed(told)
  }

  /** gdb has taken it away: what it watched is gone. */
  vanished(number: number, message: string): void {
    const placed = this.#all.get(number)
    if (placed === undefined) return
    placed.gone = true
    placed.told = { id: number, verified: false, message }
    this.#changed(placed.told)
  }

  /** Those that the program has come to since it went on. */
  hitAt(named: number | undefined): Placed[] {
    const hit = this.#hit
    this.#hit = new Set()
    if (named !== undefined) hit.add(named)
    return [...hit].map(number => this.#all.get(number)).filter(placed => placed !== undefined)
  }
}

function toldOf(bkpt: GdbBkpt, wanted: number | undefined, unbound: string): AdapterBreakpoint {
  const { number: id, pending } = bkpt
  if (pending !== undefined) return { id, verified: false, message: unbound }
  // In several places at once: templates, inlined functions, constructors.
  const lines = [bkpt.line, ...(bkpt.locations ?? []).map(({ line }) => line)].filter(
    line => line !== undefined,
  )
  const line = lines.find(one => one === wanted) ?? lines[0]
  return line === undefined ? { id, verified: true } : { id, verified: true, line }
}
