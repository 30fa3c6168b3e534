import { type Clock, toInstant } from '../../../../lib/clock.ts'
import type { DebugControl, Viewer } from '../../../contract/debug-control.ts'
import { Observed } from '../observed.ts'
import { Refusal } from '../refusal.ts'
import {
  asked,
  begun,
  type Control,
  type ControlTimes,
  ended,
  endsAt,
  free,
  gone,
  type Held,
  lapsed,
  mayTake,
  mostAsking,
  nextLook,
  over,
  taken,
  usualTimes,
} from './control.ts'

const longestTimer = 0x7fffffff

export type ControlLeaseDependencies = {
  readonly clock: Clock
  /** It has been taken, passed on, released or lost, or asked for; that somebody acts is no such news. */
  readonly changed: () => void
  readonly times?: ControlTimes | undefined
  readonly from?: Control | undefined
}

/** Who alone may act on a debuggee, kept up to date. */
export class ControlLease implements Disposable {
  readonly #clock: Clock
  readonly #changed: () => void
  readonly #times: ControlTimes
  readonly #control = new Observed<Control>(free)
  #timer: NodeJS.Timeout | undefined

  constructor({ clock, changed, times = usualTimes, from = free }: ControlLeaseDependencies) {
    this.#clock = clock
    this.#changed = changed
    this.#times = times
    this.#set(from)
  }

  /** What holds of another debuggee that begins: who has taken it here has it there. */
  handedDown(): Control {
    const control = this.#current()
    if (control.kind === 'free' || !control.taken) return free
    return { ...control, idleSince: this.#clock.now(), acts: 0, asking: [] }
  }

  /** While some work is done nobody else acts. Throws a Refusal where another has the control. */
  async hold<T>(by: Viewer, isPerson: boolean, work: () => Promise<T>): Promise<T> {
    const held = begun(this.#current(), by, this.#clock.now(), this.#times, isPerson)
    if (held === undefined) throw this.#refusal()
    this.#set(held)
    try {
      return await work()
    } finally {
      this.#set(over(this.#control.value, by, this.#clock.now()))
    }
  }

  take(by: Viewer, idleMs: number): void {
    if (!mayTake(this.#current(), by)) throw this.#refusal()
    this.#set(taken(this.#control.value, by, this.#clock.now(), idleMs))
  }

  /** Gets it at once where it is free, else when it is; waits for that. */
  async ask(by: Viewer, waitMs: number): Promise<void> {
    const control = this.#current()
    if (control.kind === 'free' || control.holder.id === by.id) return this.take(by, this.#times.givenMs)
    const held = asked(control, by, this.#clock.now(), this.#times)
    if (held === undefined)
      throw new Refusal('too_many_calls', `${mostAsking} viewers have asked for the control already`)
    this.#set(held)
    await this.#control.until(now => now.kind === 'free' || !stillAsks(now, by), waitMs)
  }

  /** To the viewer that `find` chooses of those who have asked; it throws a Refusal where there is none. */
  pass(by: Viewer, find: (asking: readonly Viewer[]) => Viewer): void {
    const control = this.#current()
    if (!mayTake(control, by)) throw this.#refusal()
    const to = find(control.kind === 'free' ? [] : control.asking.map(({ viewer }) => viewer))
    this.#set(taken(control, to, this.#clock.now(), this.#times.givenMs))
  }

  release(by: Viewer): void {
    if (!mayTake(this.#current(), by)) throw this.#refusal()
    this.#set(ended(this.#control.value, this.#clock.now(), this.#times))
  }

  /** Viewers have gone. */
  gone(isGone: (viewer: Viewer) => boolean): void {
    this.#set(gone(this.#control.value, isGone, this.#clock.now(), this.#times))
  }

  view(): DebugControl | null {
    const control = this.#control.value
    if (control.kind === 'free') return null
    const until = endsAt(control)
    return {
      holder: control.holder,
      since: toInstant(control.since),
      until: until === undefined ? null : toInstant(until),
      taken: control.taken,
      asking: control.asking.map(({ viewer }) => viewer),
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }

  #current(): Control {
    this.#set(lapsed(this.#control.value, this.#clock.now(), this.#times))
    return this.#control.value
  }

  #set(control: Control): void {
    const before = this.#control.value
    if (control === before) return
    clearTimeout(this.#timer)
    this.#control.set(control)
    if (control.kind === 'held') {
      const ms = Math.min(nextLook(control) - this.#clock.now(), longestTimer)
      this.#timer = setTimeout(() => this.#current(), Math.max(0, ms)).unref()
    }
    if (isNews(before, control)) this.#changed()
  }

  #refusal(): Refusal {
    const control = this.#control.value
    return new Refusal('control_held', control.kind === 'free' ? 'nobody has it' : heldWords(control))
  }
}

const stillAsks = ({ asking }: Held, by: Viewer): boolean => asking.some(({ viewer }) => viewer.id === by.id)

/** Who takes turns by acting alone is told of with what they do. */
const isNews = (before: Control, after: Control): boolean => sign(before) !== sign(after)

const sign = (control: Control): string =>
  control.kind === 'free' || (!control.taken && control.asking.length === 0)
    ? ''
    : [control.holder.id, control.taken, ...control.asking.map(({ viewer }) => viewer.id)].join(' ')

function heldWords(control: Held): string {
  const { holder, since, taken } = control
  const until = endsAt(control)
  const how = taken ? 'has the control' : 'is acting'
  const ends = until === undefined ? 'while they do' : `until ${toInstant(until)} unless they act again`
  return `${nameOf(holder)} ${how} since ${toInstant(since)}, ${ends}: ask for it with debug.control, watch meanwhile; the owner of the session may take or release it`
}

/** As people call them. */
export const nameOf = ({ id, user, token, client }: Viewer): string =>
  `${user} (${[token === null ? undefined : `token ${token}`, client ?? undefined, id].filter(part => part !== undefined).join(', ')})`
