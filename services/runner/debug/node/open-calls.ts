import type { CallEnd } from '../../../contract/debug-probes.ts'

/** A call in the words of `debugServerTraced`, as far as its beginning tells. */
export type Begun = {
  readonly probe: number
  readonly function: string
  readonly arguments: readonly (readonly [string, string])[]
}
type Open = Begun & { readonly began: number; readonly depth: number; readonly thread: string }
/** `deep`: how many calls lay on the stack. */
type Known = { readonly open: Open; readonly deep: number }
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

  /** `isSeen`: it will be heard of where it returns. */
  began(call: Begun, at: number, deep: number, isSeen: boolean): Told[] {
    const left = this.#leave(deep, at)
    const open = { ...call, began: at, depth: this.#calls.length, thread: this.#thread }
    if (!isSeen) return [...left, ended(open, 'unseen')]
    this.#calls.push({ open, deep })
    return left
  }

  /** Without a result, that is to follow. */
  returned(probe: number, at: number, deep: number, result?: string): Told[] {
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
      left.push(ended(last.open, 'raised', null, at))
    }
    return left
  }
}

const ended = (open: Open, end: CallEnd, result: string | null = null, at?: number): Told => ({
  ...open,
  ...{ ended: end, result, ms: at === undefined ? null : at - open.began },
})
