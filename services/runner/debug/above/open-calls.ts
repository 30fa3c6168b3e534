import type { CallEnd } from '../../../contract/debug-probes.ts'

/** A call in the words of `debugServerTraced`, as far as its beginning tells. */
export type Begun = {
  readonly probe: number
  readonly function: string
  readonly arguments: readonly (readonly [string, string])[]
}
type Open = Begun & { readonly began: number; readonly depth: number; readonly thread: string }
/** `deep`: how far down the stack it lies, counted in whatever grows with that. `isUnsure`: it may have returned unseen. */
type Known = { readonly open: Open; readonly deep: number; isUnsure: boolean }
export type Told = Open & {
  readonly ended: CallEnd
  readonly result: string | null
  readonly ms: number | null
}

/**
 * The traced calls of one thread that have begun and not ended, outermost first. One that lies as deep as another that begins or
 * returns, or deeper, has been left by an exception.
 */
export class OpenCalls {
  readonly #thread: string
  #calls: Known[] = []
  /** It has returned, and its result is about to be known. */
  #returning: { readonly open: Open; readonly at: number } | undefined

  constructor(thread: string) {
    this.#thread = thread
  }

  get size(): number {
    return this.#calls.length
  }

  /** `isSeen`: it will be heard of where it returns. */
  began(call: Begun, at: number, deep: number, isSeen: boolean): Told[] {
    const left = this.#leave(deep, at)
    const open = { ...call, began: at, depth: this.#calls.length, thread: this.#thread }
    if (!isSeen) return [...left, ended(open, 'unseen')]
    this.#calls.push({ open, deep, isUnsure: false })
    return left
  }

  /** Whether the innermost one is this very call, as far as can be told. */
  has(call: Begun, deep: number): boolean {
    const last = this.#calls.at(-1)
    if (last === undefined || last.deep !== deep || last.open.probe !== call.probe) return false
    return last.open.arguments.join('\0') === call.arguments.join('\0')
  }

  /** Without a result, that is to follow; null: it returns nothing. */
  returned(probe: number, at: number, deep: number, result?: string | null): Told[] {
    const left = this.#leave(deep + 1, at)
    const last = this.#calls.at(-1)
    if (last === undefined || last.deep !== deep || last.open.probe !== probe) return left
    this.#calls.pop()
    if (result !== undefined) return [...left, ended(last.open, 'returned', result, at)]
    this.#returning = { open: last.open, at }
    return left
  }

  resulted(result: string | null): Told[] {
    const returning = this.#returning
    this.#returning = undefined
    return returning === undefined ? [] : [ended(returning.open, 'returned', result, returning.at)]
  }

  /** Nothing is heard of returns for a while: those that are found to have ended later may have ended so. */
  unsure(): void {
    // Below one that is unsure all are.
    for (let at = this.#calls.length - 1; at >= 0; at--) {
      const call = this.#calls[at]
      if (call === undefined || call.isUnsure) return
      call.isUnsure = true
    }
  }

  /** Its calls are told no more. */
  forget(probe: number): void {
    this.#calls = this.#calls.filter(({ open }) => open.probe !== probe)
  }

  /** The thread is over. */
  finish(): Told[] {
    const rest = this.#calls.map(({ open }) => ended(open, 'open'))
    this.#calls = []
    return rest
  }

  /** What lies so deep, or deeper, has ended. */
  #leave(deep: number, at: number): Told[] {
    const left: Told[] = []
    for (let last = this.#calls.at(-1); last !== undefined && last.deep >= deep; last = this.#calls.at(-1)) {
      this.#calls.pop()
      left.push(last.isUnsure ? ended(last.open, 'unseen') : ended(last.open, 'raised', null, at))
    }
    return left
  }
}

const ended = (open: Open, end: CallEnd, result: string | null = null, at?: number): Told => ({
  ...open,
  ...{ ended: end, result, ms: at === undefined ? null : at - open.began },
})
