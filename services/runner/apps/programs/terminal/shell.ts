import { basename } from 'node:path'
import type { WebSocket } from 'ws'
import { signalName } from '../serving/call.ts'
import { isReport, type Size } from './protocol.ts'
import { type Exit, Pseudoterminal, type Started } from './pseudoterminal.ts'
import { Scrollback } from './scrollback.ts'
import { Typist } from './typist.ts'
import { Viewer } from './viewer.ts'

/** What is kept of a terminal for who joins later. */
const mostKept = 1_048_576
/** How far behind all viewers may be until the program is held up, and for how long it may be, in milliseconds. */
const mostBehind = 524_288
const holdMs = 50
/** What is read between two such pauses; also, what a terminal may still hold when its program has ended. */
const leastBetween = 262_144

export type ShellOptions = Omit<Started, 'wrote' | 'exited'> & {
  readonly name: string
  readonly ended: () => void
}

/**
 * A program in a terminal, and all who look at it. It lives as long as the program does, whoever comes and goes.
 *
 * Its size is that of the viewer who typed, resized or came last. It goes as fast as the fastest of them takes it, and no
 * slower than `leastBetween` in each `holdMs`, however slow all of them are.
 */
export class Shell {
  readonly name: string
  readonly #terminal: Pseudoterminal
  readonly #typist: Typist
  readonly #scrollback = new Scrollback(mostKept)
  /** The last of them leads. */
  readonly #viewers = new Set<Viewer>()
  readonly #title: string
  #size: Size
  #hold: NodeJS.Timeout | undefined
  #sinceHold = 0

  constructor({ name, ended, ...start }: ShellOptions) {
    this.name = name
    this.#title = `${basename(start.words[0] ?? '')} (${name})`
    this.#size = start.size
    this.#terminal = new Pseudoterminal({
      ...start,
      wrote: bytes => this.#wrote(bytes),
      exited: exit => {
        ended()
        this.#ended(exit)
      },
    })
    this.#typist = new Typist(
      () => this.#terminal.descriptor,
      () => this.#listen(true),
    )
  }

  get pid(): number {
    return this.#terminal.pid
  }

  get viewers(): number {
    return this.#viewers.size
  }

  join(socket: WebSocket, size: Size | undefined): Viewer {
    const viewer: Viewer = new Viewer(socket, size ?? this.#size, this.#scrollback, () => this.#took(viewer))
    viewer.greet(this.#title)
    if (this.#typist.isFull) viewer.listen(false)
    this.#lead(viewer)
    return viewer
  }

  leave(viewer: Viewer): void {
    this.#viewers.delete(viewer)
    const last = [...this.#viewers].at(-1)
    if (last !== undefined) this.#take(last.size)
    this.#pace()
  }

  type(viewer: Viewer, bytes: Buffer): void {
    if (isReport(bytes)) {
      if ([...this.#viewers].at(-1) !== viewer) return
    } else this.#lead(viewer)
    this.#typist.type(bytes)
    if (this.#typist.isFull) this.#listen(false)
  }

  resize(viewer: Viewer, size: Size): void {
    viewer.size = size
    this.#lead(viewer)
  }

  hangUp(): void {
    this.#terminal.hangUp()
  }

  #lead(viewer: Viewer): void {
    this.#viewers.delete(viewer)
    this.#viewers.add(viewer)
    this.#take(viewer.size)
  }

  #take(size: Size): void {
    if (size.columns === this.#size.columns && size.rows === this.#size.rows) return
    this.#size = size
    this.#terminal.resize(size)
  }

  #listen(does: boolean): void {
    for (const viewer of this.#viewers) viewer.listen(does)
  }

  #wrote(bytes: Buffer): void {
    this.#scrollback.append(bytes)
    this.#sinceHold += bytes.length
    for (const viewer of this.#viewers) viewer.bring()
    this.#pace()
  }

  #took(viewer: Viewer): void {
    viewer.bring()
    this.#pace()
  }

  #pace(): void {
    const behind = Math.min(...[...this.#viewers].map(viewer => viewer.behind))
    if (this.#viewers.size === 0 || behind <= mostBehind) this.#goOn()
    else if (this.#hold === undefined && this.#sinceHold >= leastBetween) {
      this.#terminal.pause()
      this.#hold = setTimeout(() => this.#goOn(), holdMs)
    }
  }

  #goOn(): void {
    if (this.#hold === undefined) return
    clearTimeout(this.#hold)
    this.#hold = undefined
    this.#sinceHold = 0
    this.#terminal.resume()
  }

  #ended({ code, signal }: Exit): void {
    clearTimeout(this.#hold)
    this.#typist[Symbol.dispose]()
    const reason = signal === 0 ? `exited with ${code}` : `ended by ${signalName(signal)}`
    for (const viewer of this.#viewers) viewer.end(reason)
  }
}
