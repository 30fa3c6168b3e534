import { Observed } from '../observed.ts'

/** How long lldb-dap may take to notice that what it has sent on runs, in milliseconds. */
const noticesMs = 2_000
/** How long a pause may take to stop the program until it is asked for again, and how often it is, in milliseconds. */
const againMs = 1_000
const mostTimes = 20

/**
 * A pause that holds. lldb-dap agrees to any, and passes one over while it takes the program for one that stands: until it has
 * noticed that it runs, and at each hit of a breakpoint whose condition does not hold.
 */
export class LldbPause {
  readonly #ask: () => void
  /** `sent`: it has been told to go on, and has not said that it does. */
  readonly #program = new Observed<'stands' | 'sent' | 'runs'>('stands')
  #asked: NodeJS.Timeout | undefined

  /** `ask`: asks lldb-dap for a pause. */
  constructor(ask: () => void) {
    this.#ask = ask
  }

  /** A request is about to be sent that has the program go on. */
  sentOn(): void {
    this.#forget()
    this.#program.set('sent')
  }

  /** lldb-dap says that the program goes on. */
  goesOn(): void {
    this.#program.set('runs')
  }

  /** lldb-dap says that it stands. Whether that was asked for. */
  stands(): boolean {
    const wasAsked = this.#asked !== undefined
    this.#forget()
    this.#program.set('stands')
    return wasAsked
  }

  /** To be waited for before a pause is sent. */
  ready(): Promise<unknown> {
    return this.#program.until(state => state !== 'sent', noticesMs)
  }

  /** A pause is about to be sent. */
  asked(times = mostTimes): void {
    this.#forget()
    if (this.#program.value === 'stands' || times === 0) return
    this.#asked = setTimeout(() => {
      this.asked(times - 1)
      this.#ask()
    }, againMs)
  }

  [Symbol.dispose](): void {
    this.#forget()
  }

  #forget(): void {
    clearTimeout(this.#asked)
    this.#asked = undefined
  }
}
