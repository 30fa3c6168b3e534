import type { ServerResponse } from 'node:http'
import { type Refusal, refuse } from './refuse.ts'
import type { ToldMessage } from './told-messages.ts'

/** The longest message that is answered with as it is, in characters. One that is longer may be told anew when it breaks off. */
const longestPlain = 65_536
/** How much may wait for a client that does not read until it is cut, in bytes. It can come again for what it has missed. */
const mostWaiting = 8 * 1024 * 1024
/** How often a sign of life is given, in milliseconds. */
const keepAliveMs = 15_000

export type Begins = {
  readonly headers: Readonly<Record<string, string>>
  /** The event that stands before all others: an id from which the client can be told anew. */
  readonly first?: () => string
}

/**
 * What a client reads of one stream of messages.
 *
 *     held ─────→ events → over
 *       └──────────────────↑   (answered with one message, or with none)
 *
 * `held`: whether one message is all that there is to tell is not known yet.
 */
type State =
  | { readonly is: 'held'; readonly timer: NodeJS.Timeout }
  | { readonly is: 'events'; readonly alive: NodeJS.Timeout }
  | { readonly is: 'over' }

export class Outlet {
  readonly #response: ServerResponse
  readonly #begins: Begins
  #state: State

  private constructor(response: ServerResponse, begins: Begins, holdMs: number) {
    this.#response = response
    this.#begins = begins
    this.#state = { is: 'held', timer: setTimeout(() => this.#begin(), holdMs) }
    response.once('close', () => this.#over())
  }

  /** For the answer to one request, which becomes events after `holdMs` milliseconds at the latest. */
  static held(response: ServerResponse, begins: Begins, holdMs: number): Outlet {
    return new Outlet(response, begins, holdMs)
  }

  /** For what comes whenever it does. */
  static events(response: ServerResponse, begins: Begins): Outlet {
    const outlet = new Outlet(response, begins, 0)
    outlet.#begin()
    return outlet
  }

  /** Answers with one message and nothing else; false where that cannot be any more, or has better not be. */
  answer(text: string): boolean {
    if (this.#state.is !== 'held' || text.length > longestPlain) return false
    this.#over()
    this.#response
      .writeHead(200, {
        ...this.#begins.headers,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      })
      .end(text)
    return true
  }

  tell({ id, text }: ToldMessage): void {
    this.#begin()
    if (this.#state.is !== 'events') return
    if (this.#response.writableLength > mostWaiting) this.#response.destroy()
    else this.#response.write(`event: message\nid: ${id}\ndata: ${text}\n\n`)
  }

  /** `cut`: what is said where the answer will never come: as a refusal where nothing has been told yet, else as the last event. */
  end(cut?: { readonly refusal: Refusal; readonly last?: ToldMessage | undefined }): void {
    const { is } = this.#state
    if (is === 'events' && cut?.last !== undefined) this.tell(cut.last)
    this.#over()
    if (is === 'held' && cut !== undefined) refuse(this.#response, cut.refusal)
    else if (is === 'held') this.#response.writeHead(202, this.#begins.headers).end()
    else if (is === 'events') this.#response.end()
  }

  #begin(): void {
    if (this.#state.is !== 'held') return
    clearTimeout(this.#state.timer)
    const alive = setInterval(() => this.#response.write(': alive\n\n'), keepAliveMs).unref()
    this.#state = { is: 'events', alive }
    this.#response.writeHead(200, {
      ...this.#begins.headers,
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    })
    const first = this.#begins.first?.()
    if (first === undefined) this.#response.flushHeaders()
    else this.#response.write(first)
  }

  #over(): void {
    const state = this.#state
    if (state.is === 'held') clearTimeout(state.timer)
    else if (state.is === 'events') clearInterval(state.alive)
    this.#state = { is: 'over' }
  }
}
