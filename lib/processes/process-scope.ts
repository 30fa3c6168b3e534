import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { monotonicMs } from '../monotonic.ts'
import { entryBearsMark } from './bears-mark.ts'
import {
  type Deadline,
  deadlineIn,
  defaultGraceMs,
  type Ended,
  endUntilCertain,
  type Found,
} from './end-processes.ts'
import { isAlive, type ProcessIdentity } from './identity.ts'
import { noNewcomers } from './newcomers.ts'
import { type PidMoment, rememberSpawned } from './pid-sequence.ts'
import type { ProcessEntry } from './process-entry.ts'
import { type EnvironmentReader, environmentReader, processEntry } from './process-table.ts'
import { nextMoment, viewSince } from './process-view.ts'
import { type ScopeRoot, scopeMembers } from './scope-members.ts'
import type { Sentinel } from './sentinel.ts'
import { uniqueId } from './unique-id.ts'

/** The variable that marks what a scope started: ids of the scopes it belongs to, outermost first, with colons. */
export const scopeVariable = 'DEBUG_SERVER_SCOPES'

const nobody: Found = { members: [], certain: true }

type State =
  | { kind: 'open' }
  | { kind: 'ending'; deadline: Deadline; done: Promise<Ended> }
  | { kind: 'ended'; result: Ended }

/** What was spawned, or a host; and whether this process has taken notice of the end of it, or of what it was to start. */
interface Root extends ScopeRoot {
  over: boolean
  /** Of a host that has not been seen to have started anybody: keeps it from that. */
  kill?: (() => void) | undefined
}

/** A process that starts others for this one, one after the other, in a session of its own. It belongs to no scope itself. */
export interface Host extends ProcessIdentity {
  readonly startOrder: number
  /** Ends it, so that it starts nobody any more. */
  readonly kill: () => void
}

export interface ProcessScopeOptions {
  /** How long members may take to end when asked. */
  readonly graceMs?: number
  /** Without one, a random id. Letters, digits, `-` and `_`, and never used for two scopes. */
  readonly id?: string
  /** The scope that owns everything this one starts as well. */
  readonly within?: ProcessScope
  /** Ends the members where this process is killed before it could. May serve any number of scopes. */
  readonly sentinel?: Sentinel
}

/**
 * Owns the processes started through it and all that those start, and ends them as a whole: grandchildren, daemons that
 * opened a session of their own and double forks included. It never signals a process it did not start.
 *
 * Open until `end` is called, then closed for good: a later `spawn` throws, so that nothing slips in behind an ending.
 */
export class ProcessScope implements AsyncDisposable {
  #id: string | undefined
  readonly #graceMs: number
  readonly #within: ProcessScope | undefined
  readonly #sentinel: Sentinel | undefined
  #roots: Root[] = []
  /** How many were taken in, without those of whom it is known that nothing is left. */
  #owned = 0
  #tidyAt = 256
  #firstStart = Number.POSITIVE_INFINITY
  /** The moment before the first was started. */
  #since: PidMoment | undefined
  /** The moment of its last look, or of its closing: what it looks at next is later. */
  #looked = 0
  #state: State = { kind: 'open' }

  constructor({ graceMs = defaultGraceMs, id, within, sentinel }: ProcessScopeOptions = {}) {
    if (id !== undefined && !/^[\w-]+$/.test(id))
      throw new TypeError(`not an id of a process scope: ${JSON.stringify(id)}`)
    this.#id = id
    this.#graceMs = graceMs
    this.#within = within
    this.#sentinel = sentinel
  }

  get id(): string {
    this.#id ??= uniqueId()
    return this.#id
  }

  /** Whether `end` has been called; nothing can be spawned any more. */
  get closed(): boolean {
    return this.#state.kind !== 'open' || (this.#within?.closed ?? false)
  }

  /**
   * The environment a member has to be started with: `base`, marked. Ids are appended to an inherited list, so that an
   * outer scope still owns what an inner one starts. Who asks for it is about to start a member, so the sentinel begins
   * its watch.
   */
  environment(base: Readonly<Record<string, string | undefined>>): Record<string, string> {
    const marked: Record<string, string> = {}
    for (const [name, value] of Object.entries(base)) if (value !== undefined) marked[name] = value
    marked[scopeVariable] = this.marks(marked[scopeVariable])
    return marked
  }

  /** What the variable holds for a member, in the place of `inherited`. The sentinel begins its watch here, too. */
  marks(inherited: string | undefined): string {
    const outer = this.#within?.marks(inherited) ?? inherited
    this.#sentinel?.watch()
    return [outer, this.#sentinel?.mark, this.id].filter(Boolean).join(':')
  }

  /**
   * Starts a member in a session of its own, with `options.env` (without it: this process's) marked. As with
   * `child_process.spawn`, a program that cannot be started is an `error` event of what is returned.
   */
  spawn(file: string, args: readonly string[] = [], options: SpawnOptions = {}): ChildProcess {
    if (this.closed) throw new Error(`the process scope ${this.id} has ended: ${file} is not started`)
    const at = monotonicMs()
    // Loaded when it is needed: a run that starts nothing is to be over sooner than that.
    const { spawn } = process.getBuiltinModule('node:child_process')
    const child = spawn(file, args, {
      ...options,
      detached: true,
      env: this.environment(options.env ?? process.env),
    })
    if (child.pid === undefined) return child
    rememberSpawned(child.pid)
    // It cannot have been reaped yet, so this is its own entry even if it has ended already.
    const entry = processEntry(child.pid)
    if (entry === undefined) return child
    const root = { pid: entry.pid, startTime: entry.startTime, over: false }
    child.once('exit', () => {
      root.over = true
    })
    this.own(root, entry.startOrder, { pid: entry.pid - 1, at })
    return child
  }

  /**
   * Takes in a member that somebody else has started for it, in a session of its own and with its `environment`, at the
   * moment `at` or later. Throws where the scope has ended meanwhile: then it is the caller's to end, by the mark.
   */
  adopt(pid: number, at: number): void {
    if (this.closed) throw new Error(`the process scope ${this.id} has ended: ${pid} is not taken in`)
    rememberSpawned(pid)
    // Its parent may have taken notice of its end already, and somebody else may have its pid by now, who bears no mark.
    // What it has started is younger than this process in any case.
    const first = processEntry(process.pid)?.startOrder ?? 0
    const found = processEntry(pid)
    const mark = { mark: this.id, since: first }
    const isAnother =
      found?.zombie === false && entryBearsMark(found, scopeVariable, mark, environmentReader()) === false
    const entry = isAnother ? undefined : found
    const root = { pid, startTime: entry?.startTime ?? 'gone', over: false }
    this.own(root, entry?.startOrder ?? first, { pid: pid - 1, at })
  }

  /**
   * Takes in the one that a host is going to start, at the moment `since` or later, with the marks of this scope, and all
   * that comes of it. What is returned has to be called when that one has ended: with true by who knows that nothing is left of
   * it, and then the host may start another one for another scope. Where the scope ends before anybody was started, the host is killed.
   */
  lodge({ pid, startTime, startOrder, kill }: Host, since: PidMoment): (nobodyIsLeft: boolean) => void {
    if (this.closed) throw new Error(`the process scope ${this.id} has ended: nothing is started for it`)
    const root: Root = { pid, startTime, kill, isHost: true, over: false }
    this.own(root, startOrder, since)
    return nobodyIsLeft => {
      root.over = true
      if (nobodyIsLeft) this.disown(root)
    }
  }

  /** The pids of all that belongs to the scope and is alive. */
  async survivors(): Promise<number[]> {
    this.#looked = nextMoment()
    return this.#members().members.map(member => member.pid)
  }

  /**
   * Asks everything to end, waits for the grace, kills, and looks again until nothing is left (bounded). May be called
   * again at any time; a call with a shorter grace hastens one that is under way.
   */
  end({ graceMs = this.#graceMs }: { graceMs?: number } = {}): Promise<Ended> {
    const state = this.#state
    switch (state.kind) {
      case 'ended':
        if (state.result.remaining.length === 0) return Promise.resolve(state.result)
        break
      case 'ending':
        state.deadline.at = Math.min(state.deadline.at, monotonicMs() + graceMs)
        return state.done
      case 'open':
    }
    if (this.#firstStart === Number.POSITIVE_INFINITY) {
      // Nothing was ever started.
      const result = { ended: 0, killed: 0, remaining: [] }
      this.#state = { kind: 'ended', result }
      return Promise.resolve(result)
    }
    const deadline = deadlineIn(graceMs)
    this.#looked = nextMoment()
    // A step later all scopes that end together are closed, and one look at the process table serves them all.
    const done = Promise.resolve()
      .then(() => endUntilCertain(() => this.#members(), deadline))
      .then(result => {
        this.#state = { kind: 'ended', result }
        return result
      })
    this.#state = { kind: 'ending', deadline, done }
    return done
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end()
  }

  /**
   * Takes in a member that a scope within this one has started. Not private, for that may be of another copy of this class:
   * the prepared program has one, and tasks another.
   */
  own(root: Root, startOrder: number, before: PidMoment): void {
    this.#roots.push(root)
    this.#owned++
    if (this.#firstStart === Number.POSITIVE_INFINITY) this.#since = before
    this.#firstStart = Math.min(this.#firstStart, startOrder)
    if (this.#within !== undefined) this.#within.own(root, startOrder, before)
    if (this.#roots.length >= this.#tidyAt) {
      this.#looked = nextMoment()
      this.#look()
      this.#tidyAt = 256 + 2 * this.#roots.length
    }
  }

  /** The opposite, not private either. Where that was all, it is as if nothing had ever been started. */
  disown(root: Root): void {
    this.#roots = this.#roots.filter(one => one !== root)
    this.#owned--
    if (this.#owned === 0) this.#firstStart = Number.POSITIVE_INFINITY
    this.#within?.disown(root)
  }

  #members(): Found {
    if (this.#firstStart === Number.POSITIVE_INFINITY) return nobody // nothing was ever started: no need to look
    for (let look = 0; ; look++) {
      if (this.#nobodyIsLeft()) return nobody
      const { members, complete } = this.#look()
      // Nobody was seen, but somebody left meanwhile, perhaps a daemon between its two forks: look again.
      if (members.length > 0 || complete || look === 10) return { members, certain: complete }
    }
  }

  /** The quick answer, for scopes that soon end by themselves: most of them. */
  #nobodyIsLeft(): boolean {
    if (this.#since === undefined) return false
    if (this.#roots.some(root => !root.over && isAlive(root))) return false
    const read = environmentReader()
    return noNewcomers(this.#since, this.#roots, entry => this.#bearsMark(entry, read))
  }

  #look(): { members: readonly ProcessIdentity[]; complete: boolean } {
    const { moment, entries, complete, read } = viewSince(this.#looked)
    this.#looked = moment
    let unread = false
    const members = scopeMembers(entries, this.#roots, entry => {
      const bears = this.#bearsMark(entry, read)
      unread ||= bears === undefined
      return bears ?? false
    })
    const waiting = this.#waitingHosts(entries)
    if (this.#state.kind === 'ending') for (const root of waiting) root.kill?.()
    // A root whose session is empty is forgotten: its pid may be given to another process from now on.
    const named = new Set(entries.flatMap(entry => [entry.pid, entry.sid, entry.pgid]))
    this.#roots = this.#roots.filter(root => named.has(root.pid))
    return { members, complete: complete && !unread && waiting.length === 0 }
  }

  /** Hosts that may start somebody yet. Whom one of them has started meanwhile is seen by the next look. */
  #waitingHosts(entries: readonly ProcessEntry[]): Root[] {
    for (const root of this.#roots)
      if (root.kill !== undefined && entries.some(entry => entry.ppid === root.pid)) root.kill = undefined
    return this.#roots.filter(root => root.kill !== undefined && !root.over && isAlive(root))
  }

  /** Whether a process bears the mark; undefined where that cannot be told now, but may be in a moment. */
  #bearsMark(entry: ProcessEntry, read: EnvironmentReader): boolean | undefined {
    return entryBearsMark(entry, scopeVariable, { mark: this.id, since: this.#firstStart }, read)
  }
}
