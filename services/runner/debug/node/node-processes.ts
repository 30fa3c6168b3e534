import type { ChildProcess, Opening } from '../adapter.ts'
import { bridged } from '../bridge.ts'
import { type AgentPeer, type Came, releasing } from './agent-server.ts'
import { type Hello, partingOf } from './cdp-messages.ts'
import { nodeBridge } from './node-bridge.ts'

/** What one may say before anybody debugs it, in characters. It waits, so that it has little to say. */
const mostEarly = 4 * 1_024 * 1_024

/** The processes of a debuggee, each of which goes to the bridge that is its own. */
export class NodeProcesses {
  readonly #child: Opening['child']
  #main: Came | undefined
  /** Of those that are about to become another program, by their numbers. */
  readonly #replaced = new Map<number, Came>()

  /** `main` takes the program itself, `child` what is made of each other process. */
  constructor(main: Came, child: Opening['child']) {
    this.#main = main
    this.#child = child
  }

  readonly came: Came = (hello, peer) => {
    const known = this.#main ?? this.#replaced.get(hello.pid)
    this.#main = undefined
    this.#replaced.delete(hello.pid)
    if (known !== undefined) return this.#watched(known, hello, peer)
    const child = new ComingChild(hello, peer)
    const process = this.#watched((...came) => child.came(...came), hello, peer)
    this.#child(childProcess(child, () => this.#replaced.delete(hello.pid)))
    return process
  }

  /** Hears of it when the process is about to become another program of Node, as which it comes again. */
  #watched(came: Came, hello: Hello, peer: AgentPeer): ReturnType<Came> {
    const { line, gone } = came(hello, peer)
    return {
      gone,
      line: text => {
        const parting = partingOf(text)
        if (parting?.method === '$replaced' && parting.params.again) this.#replaced.set(hello.pid, came)
        line(text)
      },
    }
  }
}

/** A child from when it comes: what it says is kept until it has a bridge. */
class ComingChild {
  readonly hello: Hello
  peer: AgentPeer
  #bridge: Came | undefined
  #process: ReturnType<Came> | undefined
  #early: string[] = []
  #length = 0
  #isReleased = false
  #isGone = false

  constructor(hello: Hello, peer: AgentPeer) {
    this.hello = hello
    this.peer = peer
  }

  readonly came: Came = (hello, peer) => {
    this.peer = peer
    if (this.#bridge !== undefined) return this.#bridge(hello, peer)
    return {
      line: text => {
        if (this.#process !== undefined) return this.#process.line(text)
        if (this.#isReleased) return
        this.#length += text.length
        if (this.#length > mostEarly) return peer.close()
        this.#early.push(text)
      },
      gone: () => {
        this.#isGone = true
        this.#process?.gone()
      },
    }
  }

  /** Nobody debugs it: nothing is kept of what it says until it has left. */
  release(): void {
    this.#isReleased = true
    this.#early = []
    this.peer.write(releasing)
  }

  /** Gives it to its bridge. */
  join(bridge: Came): void {
    this.#bridge = bridge
    this.#process = bridge(this.hello, this.peer)
    for (const text of this.#early.splice(0)) this.#process.line(text)
    if (this.#isGone) this.#process.gone()
  }
}

function childProcess(child: ComingChild, over: () => void): ChildProcess {
  const { pid, ppid } = child.hello
  let join = () => {}
  return {
    pid,
    parent: ppid ?? null,
    open: bridged(({ place, ...tells }) => {
      const { came, handlers } = nodeBridge({ place, ...tells, isChild: true })
      join = () => child.join(came)
      const leave = async () => {
        over()
        child.peer.close()
      }
      return {
        handlers: { ...handlers, disconnect: leave, terminate: leave },
        stderr: '',
        [Symbol.asyncDispose]: leave,
      }
    }),
    async begin() {
      join()
      return { ok: true }
    },
    release: () => child.release(),
  }
}
