import type { Clock, Stopwatch } from '../../../../lib/clock.ts'
import { type Begun, OpenCalls, type Told } from '../above/open-calls.ts'

/** Of all goroutines together. One that has ended by `runtime.Goexit` keeps its own open, until there are so many. */
const mostOpen = 20_000

/** A call, by its goroutine and where it lies on the stack of that (`runtime.frameoff`, which grows upwards). */
export type Place = { readonly goroutine: number; readonly offset: number }

/** Traced calls that are open, of each goroutine. */
export class GoCalls {
  readonly #tell: (told: readonly Told[]) => void
  readonly #now: () => number
  readonly #goroutines = new Map<number, OpenCalls>()
  #count = 0

  constructor(tell: (told: readonly Told[]) => void, clock: Clock, stopwatch: Stopwatch) {
    this.#tell = tell
    const since = clock.now() - stopwatch.elapsed()
    this.#now = () => since + stopwatch.elapsed()
  }

  /**
   * `isSeen`: it stops where it returns; `isUnsure`: it may do so without. `mayRepeat`: Delve may have told of it already, as it
   * does of a goroutine that still stands there when it is halted.
   */
  began(
    call: Begun,
    { goroutine, offset }: Place,
    { isSeen, isUnsure, mayRepeat }: { isSeen: boolean; isUnsure: boolean; mayRepeat: boolean },
  ): void {
    const calls = this.#goroutines.get(goroutine) ?? new OpenCalls(`goroutine ${goroutine}`)
    if (mayRepeat && calls.has(call, -offset)) return
    this.#change(goroutine, calls, () => calls.began(call, this.#now(), -offset, isSeen))
    if (isUnsure) calls.unsure()
    if (this.#count > mostOpen) this.#letGo(goroutine)
  }

  returned(probe: number, { goroutine, offset }: Place, result: string | null): void {
    const calls = this.#goroutines.get(goroutine)
    if (calls !== undefined)
      this.#change(goroutine, calls, () => calls.returned(probe, this.#now(), -offset, result))
  }

  /** Nothing is heard of returns for a while. */
  unsure(): void {
    for (const calls of this.#goroutines.values()) calls.unsure()
  }

  forget(probe: number): void {
    for (const [goroutine, calls] of this.#goroutines)
      this.#change(goroutine, calls, () => {
        calls.forget(probe)
        return []
      })
  }

  /** The program is over. */
  finish(): void {
    for (const [goroutine, calls] of this.#goroutines) this.#change(goroutine, calls, () => calls.finish())
  }

  /** Of the goroutine that was heard of first, but not of this one alone. */
  #letGo(but: number): void {
    const [first = but, second = but] = this.#goroutines.keys()
    const goroutine = first === but ? second : first
    const calls = this.#goroutines.get(goroutine)
    if (calls !== undefined) this.#change(goroutine, calls, () => calls.finish())
  }

  #change(goroutine: number, calls: OpenCalls, work: () => readonly Told[]): void {
    this.#count -= calls.size
    const told = work()
    this.#count += calls.size
    if (calls.size === 0) this.#goroutines.delete(goroutine)
    else this.#goroutines.set(goroutine, calls)
    if (told.length > 0) this.#tell(told)
  }
}
