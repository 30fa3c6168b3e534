import type { Breakpoint } from '../../../services/contract/debug-breakpoints.ts'

/** Breakpoints that do not stop the program: each is told once, and again where there is another reason. */
export class Unverified {
  #told: ReadonlyMap<number, string | null> = new Map()

  /** Of these, what has not been told. */
  news(breakpoints: readonly Breakpoint[]): Breakpoint[] {
    const all = breakpoints.filter(({ verified }) => !verified)
    const news = all.filter(({ id, message }) => !this.#told.has(id) || this.#told.get(id) !== message)
    this.#told = new Map(all.map(({ id, message }) => [id, message]))
    return news
  }
}
