import { visible } from '../../../lib/visible.ts'
import type { DebugSession } from '../../../services/contract/debug-resources.ts'
import type { Client } from '../../sdk/client.ts'
import { ProblemError } from '../../sdk/problem-error.ts'
import { renderUnverified } from '../render/breakpoints.ts'
import { renderStanding } from '../render/debug-session.ts'
import { renderDebuggerMessage } from '../render/debugger-message.ts'
import { renderStack } from '../render/stack.ts'
import type { NamedDebug } from '../typed-again.ts'
import type { RenderContext } from '../words/words.ts'
import { beyondHere } from './beyond-here.ts'
import { lineIn } from './break-wish.ts'
import { Displays } from './displays.ts'
import { replHelp, wordHelp } from './help-text.ts'
import { LaunchWait, needsLaunch } from './launch-wait.ts'
import { Listing } from './listing.ts'
import { look as lookAt } from './look.ts'
import type { Order } from './order.ts'
import { type BreakpointsTold, OwnBreakpoints } from './own-breakpoints.ts'
import { meant, readOrder, wordNamed } from './read-order.ts'
import { shown, textOfValue } from './text-of-value.ts'
import { Unverified } from './unverified.ts'
import { whyRefused } from './why-refused.ts'
import { WrittenOutput } from './written-output.ts'

/** How long one question to the server waits; between two, what the program has written is shown. In seconds. */
const look = 1

export type ReplOptions = {
  readonly client: Client
  readonly session: string
  /** Which of its debug sessions. */
  readonly debug: string
  readonly rendering: RenderContext
  readonly say: (text: string | Uint8Array) => Promise<void>
  /** How long a move may take, in seconds; without it, until somebody interrupts. */
  readonly patience: number | undefined
}

/** A conversation about one debuggee: a line in, what came of it out. It holds which frame and thread is looked at. */
export class Repl {
  /** Whether the last line could not be done. */
  failed = false
  readonly #options: ReplOptions
  readonly #listing: Listing
  readonly #displays = new Displays()
  readonly #unverified = new Unverified()
  readonly #breakpoints: OwnBreakpoints
  /** That it has ended, and why, has been shown. */
  #hasShownEnd = false
  #debug: string
  #frame = 0
  #thread: number | undefined
  #stop = 0
  readonly #output = new WrittenOutput()
  readonly #launch = new LaunchWait()
  #isLaunching = false
  #last: Order = { kind: 'nothing' }
  /** Somebody has interrupted what the last line does. */
  #isGivenUp = false
  /** A line of output has begun and is not ended. */
  #begun = false

  constructor(options: ReplOptions) {
    this.#options = options
    this.#debug = options.debug
    this.#listing = new Listing(options.client)
    this.#breakpoints = new OwnBreakpoints(options.client, options.rendering)
  }

  get prompt(): string {
    return this.#frame === 0 ? '(debug) ' : `(debug #${this.#frame}) `
  }

  /** Tells where it stands. */
  open(): Promise<void> {
    return this.#told(async () => this.#shows(await this.#status(0)))
  }

  /** Does what a line says; false where that is to leave. */
  async take(line: string): Promise<boolean> {
    this.failed = false
    this.#isGivenUp = false
    const { order, again } = readOrder(line)
    const meantOrder = order.kind === 'nothing' ? this.#last : order
    this.#last = again || order.kind === 'nothing' ? meantOrder : { kind: 'nothing' }
    if (meantOrder.kind === 'quit') return false
    await this.#told(async () => {
      if (this.#isLaunching && needsLaunch(meantOrder) && !(await this.#launched())) return
      await this.#do(meantOrder)
    }, line)
    return true
  }

  /** Stops the debuggee where it is; whoever waits for it then goes on. */
  async interrupt(): Promise<void> {
    this.#isGivenUp = true
    if (this.#launch.giveUp()) return
    await this.#told(async () => void (await this.#client.debug.pause({ ...this.#of, wait: 0 })))
  }

  /** Stops one that runs on while nobody waits for it, and tells where; false where there is none. */
  async interruptIdle(): Promise<boolean> {
    let running = false
    await this.#told(async () => {
      const { status } = await this.#status(0)
      running = status === 'running'
      if (running) await this.#do({ kind: 'pause' })
    })
    return running
  }

  get #client(): Client {
    return this.#options.client
  }

  get #of() {
    return { session: this.#options.session, debug: this.#debug }
  }

  get #where() {
    const thread = this.#thread === undefined ? {} : { thread: this.#thread }
    return { ...this.#of, ...thread, frame: this.#frame }
  }

  /** What the server refuses is told, and the conversation goes on. */
  async #told(work: () => Promise<void>, line = ''): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      await this.#fails(whyRefused(error, line, this.#hasShownEnd))
    }
  }

  async #do(order: Order): Promise<void> {
    const { rendering } = this.#options
    switch (order.kind) {
      case 'nothing':
      case 'quit':
        return
      case 'fault':
        return this.#fails(order.message)
      case 'move': {
        const { move, times } = order
        return this.#moves(times, move === 'debug.continue', asked => this.#client.call(move, asked))
      }
      case 'instruction': {
        const move = order.over ? 'debug.next' : 'debug.step_in'
        const granularity = 'instruction'
        return this.#moves(order.times, false, asked => this.#client.call(move, { ...asked, granularity }))
      }
      case 'until':
        return order.place === null ? this.#beyond() : this.#until(order.place)
      case 'pause':
        return this.#shows(await this.#client.debug.pause({ ...this.#of, wait: look }))
      case 'wait':
        return this.#shows(await this.#untilStill(await this.#status(0)))
      case 'restart':
        return this.#restart()
      case 'terminate':
        return this.#shows(await this.#client.debug.terminate({ ...this.#of, wait: 10 }))
      case 'status':
        return this.#shows(await this.#status(0))
      case 'break':
        return this.#break(order.wish, order.once === true)
      case 'when':
        return this.#tells(await this.#breakpoints.when(this.#of, order.id, order.when))
      case 'delete':
        return this.#tells(await this.#breakpoints.delete(this.#of, order.ids))
      case 'disable':
        return this.#tells(await this.#breakpoints.disable(this.#of, order.ids))
      case 'enable':
        return this.#tells(await this.#breakpoints.enable(this.#of, order.ids))
      case 'breakpoints':
        return this.#tells(await this.#breakpoints.list(this.#of))
      case 'display':
        if (order.expression !== null) this.#displays.add(order.expression, order.format)
        return this.#displayed()
      case 'undisplay': {
        const named = this.#displays.all.find(({ expression }) => expression === order.expression)
        if (order.expression !== null && named === undefined)
          return this.#fails(`${order.expression} is not displayed`)
        const unknown = this.#displays.remove(named === undefined ? order.ids : [named.id])
        return unknown === undefined ? undefined : this.#fails(`there is no display ${unknown}`)
      }
      case 'disassemble':
      case 'evaluate':
      case 'type':
      case 'examine':
      case 'registers':
      case 'modules':
      case 'exception':
      case 'set':
      case 'variables':
      case 'scopes':
      case 'stack':
      case 'threads': {
        const found = await lookAt(order, this.#where, this.#client, rendering)
        return typeof found === 'string' ? this.#say(found) : this.#fails(found.message)
      }
      case 'frame':
        return this.#toFrame(order.to)
      case 'walk':
        return this.#toFrame(this.#frame + order.by)
      case 'list':
        return this.#say(await this.#listing.text(order.place, this.#where, rendering.paint))
      case 'whole':
        return this.#say(await this.#listing.whole(this.#where, rendering.paint))
      case 'thread':
        this.#thread = order.id
        return this.#toFrame(0)
      case 'help': {
        const word = order.word === null ? undefined : wordNamed(order.word)
        if (order.word !== null && word === undefined)
          return this.#fails(`there is no word "${order.word}"; ${meant(order.word) ?? '"help" shows all'}`)
        return this.#say(word === undefined ? replHelp() : wordHelp(word))
      }
    }
  }

  /** So many times, unless a step ends at anything but a step. */
  async #moves(
    times: number,
    anyStop: boolean,
    begin: (asked: NamedDebug & { thread?: number; wait: number }) => Promise<DebugSession>,
  ): Promise<void> {
    const thread = this.#thread === undefined ? {} : { thread: this.#thread }
    for (let left = times; ; left--) {
      const debug = await this.#untilStill(await begin({ ...this.#of, ...thread, wait: look }))
      const done = anyStop || debug.stop?.reason === 'step' ? left === 1 : true
      if (done || this.#isGivenUp || debug.status !== 'stopped') return this.#shows(debug)
    }
  }

  async #until(place: string): Promise<void> {
    const at = /^\d+$/.test(place) ? lineIn(await this.#presentFile(), place, 'until') : place
    if (typeof at !== 'string') return this.#fails(at.message)
    const begun = await this.#client.debug.until({ ...this.#of, at, wait: look })
    await this.#shows(await this.#untilStill(begun))
  }

  async #beyond(): Promise<void> {
    const { frame: _, ...thread } = this.#where
    const next = () => this.#client.debug.next({ ...thread, wait: look })
    const ended = await beyondHere(this.#client, thread, async () => {
      const debug = await this.#untilStill(await next())
      return this.#isGivenUp || debug.stop?.reason !== 'step'
        ? { debug, goesOn: false }
        : { debug, goesOn: true }
    })
    await this.#shows(ended.debug)
    if (ended.why !== undefined) await this.#fails(ended.why)
  }

  async #restart(): Promise<void> {
    const { breakpoints } = await this.#status(0)
    const begun = await this.#client.debug.restart({ ...this.#of, wait: look })
    this.#debug = begun.id
    this.#output.forget()
    this.#stop = 0
    const debug = await this.#untilStill(begun)
    this.#breakpoints.restarted(breakpoints, debug.breakpoints)
    await this.#shows(debug)
  }

  async #break(wishOf: Extract<Order, { kind: 'break' }>['wish'], once: boolean): Promise<void> {
    const wish = wishOf(await this.#presentFile())
    if (typeof wish !== 'string' && wish.kind === 'fault') return this.#fails(wish.message)
    const told = once ? this.#breakpoints.addOnce(this.#of, wish) : this.#breakpoints.add(this.#of, wish)
    await this.#tells(await told)
  }

  async #tells({ text, failure }: BreakpointsTold): Promise<void> {
    await this.#say(text)
    if (failure !== undefined) await this.#fails(failure)
  }

  /** What is told at each stop; of what cannot be had, why. */
  async #displayed(): Promise<void> {
    for (const { id, expression, format } of this.#displays.all) {
      const value = await textOfValue(this.#client, this.#where, { expression, format }).catch(error => {
        if (!(error instanceof ProblemError)) throw error
        return `<${shown(error.message)}>`
      })
      await this.#say(`${id}: ${visible(expression)} = ${value}\n`)
    }
  }

  async #presentFile(): Promise<string | null> {
    const { stop } = await this.#status(0)
    if (stop === null) return null
    const { frame, ...thread } = this.#where
    const { frames } = await this.#client.debug.stack({ ...thread, start: frame, limit: 1 })
    return frames[0]?.file ?? null
  }

  async #toFrame(to: number): Promise<void> {
    if (to < 0) return this.#fails('this is the innermost frame')
    const { frame: _, ...thread } = this.#where
    const { frames } = await this.#client.debug.stack({ ...thread, start: to, limit: 1 })
    if (frames.length === 0) return this.#fails('this is the outermost frame')
    this.#frame = to
    this.#listing.forget()
    await this.#say(renderStack(frames, this.#options.rendering))
  }

  /** Waits until it has been launched, and tells where it stands then; false where it still has not. */
  async #launched(): Promise<boolean> {
    const debug = await this.#launch.over(() => this.#status(look), this.#patienceEnds)
    await this.#shows(debug)
    if (this.#isLaunching) await this.#fails('it is still being launched')
    return !this.#isLaunching
  }

  get #patienceEnds(): number {
    const { patience = Number.POSITIVE_INFINITY } = this.#options
    return performance.now() + patience * 1_000
  }

  /** Waits until it stands still, and shows what it writes meanwhile. */
  async #untilStill(begun: DebugSession): Promise<DebugSession> {
    const until = this.#patienceEnds
    let debug = begun
    while ((debug.status === 'running' || debug.status === 'launching') && performance.now() < until) {
      await this.#showWritten()
      debug = await this.#status(look)
    }
    return debug
  }

  #status(wait: number): Promise<DebugSession> {
    return this.#client.debug.status({ ...this.#of, wait })
  }

  /** What it has written since, then where it stands. */
  async #shows(debug: DebugSession): Promise<void> {
    await this.#showWritten()
    const { rendering } = this.#options
    const number = debug.stop?.number ?? 0
    if (number !== this.#stop) {
      this.#stop = number
      this.#frame = 0
      this.#thread = undefined
      this.#listing.forget()
    }
    const hint = debug.status === 'running' ? 'it still runs: wait, or pause\n' : ''
    this.#hasShownEnd = debug.status === 'ended'
    this.#isLaunching = debug.status === 'launching'
    const unverified = this.#unverified.news(debug.breakpoints)
    await this.#say(`${renderStanding(debug)}${renderUnverified(unverified, rendering)}${hint}`)
    if (debug.stop === null) return
    await this.#breakpoints.stopped(this.#of, debug)
    await this.#displayed()
  }

  async #showWritten(): Promise<void> {
    for await (const piece of this.#output.news(this.#client, this.#of)) {
      if (!(piece instanceof Uint8Array)) {
        await this.#say(renderDebuggerMessage(piece))
        continue
      }
      await this.#options.say(piece)
      this.#begun = piece.at(-1) !== 10 // a line feed
    }
  }

  async #fails(message: string): Promise<void> {
    this.failed = true
    await this.#say(`${this.#options.rendering.paint('red', shown(message))}\n`)
  }

  /** In lines of its own. */
  async #say(text: string): Promise<void> {
    if (text === '') return
    await this.#options.say(this.#begun ? `\n${text}` : text)
    this.#begun = false
  }
}
