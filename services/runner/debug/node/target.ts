import { anything, CdpConnection } from './cdp-connection.ts'
import type { PausedEvent } from './cdp-messages.ts'
import type { Frame } from './frames.ts'
import type { MapPlace } from './load-source-map.ts'
import { PauseRequest } from './pause-request.ts'
import { Scripts } from './scripts.ts'

/** How long a thread that runs may take to hear of something, in milliseconds. */
const patienceMs = 1_000

export type Movement = 'continue' | 'next' | 'stepIn' | 'stepOut'

/**
 * Where a thread stands. `told`: clients have heard of it; before, it waits until they have dealt with another. `isTouched`:
 * something has been evaluated there that may have changed variables.
 */
export type Pause = {
  readonly event: PausedEvent
  readonly frames: readonly Frame[]
  told: boolean
  isTouched: boolean
  readonly stop: StopBody
}

/** `stopped` of the protocol, but for the thread. */
export type StopBody = {
  readonly reason: string
  readonly description?: string | undefined
  readonly text?: string | undefined
  readonly hitBreakpointIds: readonly number[]
}

/**
 * One thread of JavaScript: the main thread of a process, or a worker of one. To clients each is a thread, whatever process
 * it is in.
 */
export class Target {
  readonly thread: number
  readonly name: string
  readonly connection: CdpConnection
  readonly scripts: Scripts
  /** The main thread of its process, where it is a worker. */
  readonly parent: Target | undefined
  pause: Pause | undefined
  /** How it was sent on last, and how many steps were made for it since. */
  movement: Movement = 'continue'
  steps = 0
  /** How many frames lay on the stack when it was sent on. */
  depth = 0
  /** V8 is in a step, which it ends wherever that comes to its end. */
  isInStep = false
  readonly pauseRequest = new PauseRequest(taken =>
    this.connection.send('Debugger.pause', {}, anything, taken).catch(() => undefined),
  )
  /** By which the loading of modules is heard of, and where the program itself begins: see module-loads.ts. */
  compileBreakpoint: string | undefined
  entryBreakpoint: string | undefined
  /** Where it exits: see exits.ts. */
  exitBreakpoint: string | undefined
  /** Takes the next pause, in place of everybody else. */
  nextPause: ((event: PausedEvent) => void) | undefined
  #isDeaf = false

  constructor(
    thread: number,
    name: string,
    {
      write,
      event,
      mapPlace,
      parent,
    }: {
      write: (text: string) => void
      event: (target: Target, method: string, parameters: unknown) => void
      mapPlace: MapPlace
      parent?: Target | undefined
    },
  ) {
    this.thread = thread
    this.name = name
    this.parent = parent
    this.scripts = new Scripts(mapPlace)
    this.connection = new CdpConnection(write, (method, parameters) => event(this, method, parameters))
  }

  /** The frame that clients call the innermost one. */
  get top(): Frame | undefined {
    return this.pause?.frames[0]
  }

  /**
   * Waits until it has heard of something, but not for long: a thread that waits for a child (`execFileSync`), or is at work in
   * native code, hears of it when it comes back, and holds up no other thread until then. One that stands hears at once.
   */
  async hears(something: Promise<unknown>): Promise<void> {
    const heard = something.then(() => {
      this.#isDeaf = false
    })
    heard.catch(() => undefined)
    if (this.pause !== undefined) return heard
    if (this.#isDeaf) return
    const { promise: late, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(() => {
      this.#isDeaf = true
      resolve()
    }, patienceMs)
    await Promise.race([heard, late]).finally(() => clearTimeout(timer))
  }
}
