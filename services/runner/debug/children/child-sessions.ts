import { toInstant } from '../../../../lib/clock.ts'
import type { SecretMask } from '../../../../lib/secret-mask.ts'
import { wishAgain } from '../../../contract/debug-breakpoints.ts'
import { debugEndOf } from '../../../contract/debug-end.ts'
import { type DebuggedChild, mostChildrenTold } from '../../../contract/debug-resources.ts'
import type { DebugEnd } from '../../../contract/debug-state.ts'
import { type DebugSessionId, debugSessionId } from '../../../contract/ids.ts'
import { addChild, endChild, getDebugSession, keepBreakpoints } from '../../../store/debug-sessions.ts'
import { toDebugSession } from '../../../store/rows.ts'
import { commandOutcome, type EndCause } from '../../commands/command-outcome.ts'
import type { RunnerContext } from '../../context.ts'
import type { ChildProcess } from '../adapter.ts'
import { coveredFailure } from '../covered-failure.ts'
import { DebuggeeEditors } from '../editors/debuggee-editors.ts'
import { LiveDebugSession } from '../live-debug-session.ts'
import type { LiveDependencies } from '../live-dependencies.ts'
import type { DebugRecord } from '../record/debug-record.ts'
import { recordOf } from '../record/record-of.ts'
import { endProcess } from './end-process.ts'
import type { LiveChildren } from './live-children.ts'
import { toldOf } from './told-of.ts'

/** How many processes that one debuggee has started may be debugged at a time. */
export const mostChildren = 32
/** The same in all: what was debugged is kept as long as its session. */
export const mostInAll = 1_000

/** How long one that has gone without a word is taken to have gone with its parent, in milliseconds. */
const withParentMs = 500
/** The same where its parent is known to be ending. */
const endingMs = 5_000
/** How long the words of one that has ended may take to come. */
const partingMs = 300
/** How long one that is ended may take to go. */
const goneMs = 3_000

type Child = {
  readonly live: LiveDebugSession
  readonly record: DebugRecord
  readonly process: ChildProcess
  readonly gone: PromiseWithResolvers<void>
  exitCode: number | 'replaced' | undefined
  cause: EndCause | undefined
  over: boolean
}

/** What is not to be told, and a text without it. */
type Secrets = { readonly mask: SecretMask; readonly covered: (text: string) => string }

export type Registry = {
  add(live: LiveDebugSession): void
  remove(id: DebugSessionId): void
}

/**
 * The processes that a debuggee has started, each a debug session of its own, with the breakpoints of what has started it.
 * They share its command: those that still run end with that, and then it is the command's end that tells theirs.
 */
export class ChildSessions implements AsyncDisposable {
  readonly #context: RunnerContext
  readonly #registry: Registry
  readonly #children = new Map<DebugSessionId, Child>()
  readonly #work = new Set<Promise<unknown>>()
  readonly #watchers = new Set<() => void>()
  #root: LiveDebugSession | undefined
  #deps: LiveDependencies | undefined
  #secrets: Secrets | undefined
  #coming = 0
  #inAll = 0
  readonly #toldOf = new Set<string>()
  #rootEnds = false
  #commandEnded = false
  readonly #ended = Promise.withResolvers<void>()

  constructor(context: RunnerContext, registry: Registry) {
    this.#context = context
    this.#registry = registry
  }

  /** Of whom they are. To be called before the first can come. */
  of(root: LiveDebugSession, deps: LiveDependencies, secrets: Secrets): void {
    this.#root = root
    this.#deps = deps
    this.#secrets = secrets
  }

  /** `from`: whose adapter has told of it. */
  came(process: ChildProcess, from: DebugSessionId): void {
    const why = this.#whyNot()
    if (why !== undefined || this.#rootEnds) {
      process.release()
      if (why !== undefined) this.#tell(process.pid, why)
      return
    }
    this.#coming += 1
    this.#inAll += 1
    const begun = this.#begin(process, from).finally(() => {
      this.#coming -= 1
    })
    begun.then(
      child => void this.#launch(child),
      error => {
        process.release()
        this.#context.log.error({ err: error, pid: process.pid }, 'a child process was not debugged')
      },
    )
    this.#track(begun)
  }

  /** Those below one. */
  below(of: DebugSessionId): LiveChildren {
    return {
      told: () => this.#told(of),
      next: () => this.#launched().filter(live => this.#nextAbove(live) === of),
      watch: changed => {
        this.#watchers.add(changed)
        return { [Symbol.dispose]: () => void this.#watchers.delete(changed) }
      },
    }
  }

  #told(of: DebugSessionId): DebuggedChild[] {
    const below = this.#launched().filter(live => this.#above(live).includes(of))
    const told = below.map(live => toldOf(live.view()))
    const stands = ({ status }: DebuggedChild) => (status === 'stopped' ? 0 : 1)
    return told.toSorted((one, other) => stands(one) - stands(other)).slice(0, mostChildrenTold)
  }

  #launched(): LiveDebugSession[] {
    const here = [...this.#children.values()].filter(({ over }) => !over)
    return here.map(({ live }) => live).filter(({ state }) => state.value.kind !== 'launching')
  }

  #changed(): void {
    for (const changed of [...this.#watchers]) changed()
  }

  /** The debuggee that was launched is ending, or its command is about to be ended. */
  rootEnds(): void {
    this.#rootEnds = true
  }

  /** The command has ended, which is about to be recorded: what is known of them is kept. */
  async ended(): Promise<void> {
    await this.#over()
    const { store, lease } = this.#context
    for (const [id, { live }] of this.#children)
      await keepBreakpoints(store, id, live.breakpoints.list.told(), lease.token)
  }

  /** The command's end stands in the store, and with it theirs. */
  async recorded(): Promise<void> {
    for (const [id, { live, record }] of this.#children) {
      const found = await getDebugSession(this.#context.store, id)
      if (found !== undefined) live.ended(toDebugSession(found))
      await record.flush()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#over()
    for (const child of [...this.#children.values()]) await this.#letGo(child)
  }

  async #over(): Promise<void> {
    this.rootEnds()
    this.#commandEnded = true
    // All of them have ended with it: what they have said of that may still be on its way.
    await within(partingMs, Promise.all([...this.#children.values()].map(({ gone }) => gone.promise)))
    this.#ended.resolve()
    await Promise.all(this.#work)
  }

  async #launch(child: Child): Promise<void> {
    const prepared = await child.live.prepare()
    if (child.over || this.#commandEnded) return
    if (prepared.ok) child.live.launched()
    else this.#end(child, { reason: 'debugger_failed', message: prepared.failure.message })
  }

  async #begin(process: ChildProcess, from: DebugSessionId): Promise<Child> {
    const { store, clock } = this.#context
    const root = this.#root
    const deps = this.#deps
    const secrets = this.#secrets
    if (root === undefined || deps === undefined || secrets === undefined)
      throw new Error('nobody has started it')
    const parent = this.#parentOf(process) ?? this.#children.get(from)?.live ?? root
    const id = debugSessionId.create()
    const created_at = toInstant(clock.now())
    const of = { parent: parent.identity.id, process: process.pid }
    const identity = { ...deps.identity, id, ...of, created_at }
    const { held: _, ...wanted } = deps.request
    const breakpoints = parent.breakpoints.list.told().map(wishAgain)
    const editors = new DebuggeeEditors(parent.editors.claims.handedDown())
    const request = {
      ...wanted,
      stop_on_entry: false,
      breakpoints: breakpoints.filter(wish => wish !== undefined),
    }
    await addChild(store, {
      ...{ id, session_id: identity.session, command_id: identity.command, engine: identity.engine },
      ...{ request_json: JSON.stringify(request), created_at },
      ...{ parent_id: of.parent, process_id: of.process },
    })
    const record = recordOf(this.#context, identity, deps.place.worktree, secrets.mask)
    const { begin, open } = process
    const nothing = { words: [], environment: {} }
    const plan = {
      ...deps.plan,
      open,
      begin: async (...how: Parameters<typeof begin>) => {
        const begun = await begin(...how)
        return begun.ok ? { ok: true as const, program: nothing } : begun
      },
    }
    const live: LiveDebugSession = new LiveDebugSession({
      ...{ ...deps, identity, request, record, plan },
      control: parent.viewers.control.handedDown(),
      child: another => this.came(another, id),
      children: this.below(id),
      editors,
      end: cause => this.#end(child, coveredFailure(cause, secrets.covered)),
      gone: exitCode => this.#gone(child, exitCode),
    })
    const gone = Promise.withResolvers<void>()
    const child: Child = {
      ...{ live, record, process, gone },
      ...{ exitCode: undefined, cause: undefined, over: false },
    }
    this.#children.set(id, child)
    live.listen({
      adapter: () => undefined,
      told: event => {
        if (event === 'stopped') this.#stopped(live)
        if (event === 'launched' || event === 'stopped') this.#changed()
      },
    })
    this.#registry.add(live)
    return child
  }

  /** What has started it, and what has started that. */
  #above({ identity }: LiveDebugSession): DebugSessionId[] {
    const found: DebugSessionId[] = []
    for (let id = identity.parent; id !== null; id = this.#children.get(id)?.live.identity.parent ?? null)
      found.push(id)
    const { id: root } = this.#root?.identity ?? {}
    // Whose own parent is gone is still below the debuggee that was launched.
    return root === undefined || found.includes(root) ? found : [...found, root]
  }

  /** The nearest of these that lives. */
  #nextAbove(live: LiveDebugSession): DebugSessionId | undefined {
    return this.#above(live).find(
      id => this.#children.get(id)?.over === false || this.#root?.identity.id === id,
    )
  }

  #stopped(live: LiveDebugSession): void {
    for (const id of this.#above(live)) {
      const above = this.#children.get(id)?.live ?? this.#root
      if (above?.identity.id === id) above.childStopped()
    }
  }

  /** By whose process has started it. */
  #parentOf({ parent }: ChildProcess): LiveDebugSession | undefined {
    if (parent === null) return undefined
    const found = [...this.#children.values()].find(({ process }) => process.pid === parent)
    return found?.live
  }

  #end(child: Child, cause: EndCause): void {
    if (child.over) return
    // A debugger that is within the command goes with that.
    if (cause.reason !== 'debugger_failed' || !this.#rootEnds) child.cause ??= cause
    this.#track(this.#endWhole(child))
  }

  async #endWhole(child: Child): Promise<void> {
    await endProcess(child.live.identity.command, child.process.pid)
    child.process.killed?.()
    await within(goneMs, child.gone.promise)
    await this.#settle(child)
  }

  #gone(child: Child, exitCode: Child['exitCode']): void {
    child.exitCode = exitCode
    child.gone.resolve()
    this.#track(this.#settle(child))
  }

  /** One that says how it has ended did so by itself; one that says nothing was killed, maybe with its parent. */
  async #settle(child: Child): Promise<void> {
    if (child.exitCode === undefined && child.cause === undefined) {
      await within(withParentMs, this.#ended.promise)
      if (this.#rootEnds) await within(endingMs, this.#ended.promise)
    }
    await this.#finish(child)
  }

  async #finish(child: Child): Promise<void> {
    if (child.over) return
    const end = endOf(child)
    if (this.#commandEnded && end === undefined) return
    child.over = true
    const { store, clock, lease } = this.#context
    const { id } = child.live.identity
    await keepBreakpoints(store, id, child.live.breakpoints.list.told(), lease.token)
    await endChild(store, id, end ?? silent, toInstant(clock.now()))
    const found = await getDebugSession(store, id)
    if (found !== undefined) child.live.ended(toDebugSession(found))
    this.#changed()
    await child.record.flush()
    await this.#letGo(child)
  }

  async #letGo(child: Child): Promise<void> {
    const { id } = child.live.identity
    this.#children.delete(id)
    this.#registry.remove(id)
    await child.live[Symbol.asyncDispose]()
    await child.record[Symbol.asyncDispose]()
  }

  /** Why another one is not debugged. */
  #whyNot(): string | undefined {
    if (this.#coming + this.#children.size >= mostChildren)
      return `${mostChildren} processes of this program are debugged already`
    return this.#inAll >= mostInAll ? `${mostInAll} processes of this program have been debugged` : undefined
  }

  /** Each reason once. */
  #tell(pid: number, why: string): void {
    if (this.#toldOf.has(why) || this.#rootEnds) return
    this.#toldOf.add(why)
    const output = `process ${pid} runs without a debugger: ${why}\n`
    this.#deps?.said({ category: 'important', output })
  }

  #track(work: Promise<unknown>): void {
    const tracked = work.catch(error =>
      this.#context.log.error({ err: error }, 'the end of a child process was not kept'),
    )
    this.#work.add(tracked)
    void tracked.finally(() => this.#work.delete(tracked))
  }
}

/** Told of one that went without a word, while its parent goes on. */
const silent: DebugEnd = {
  reason: 'exited',
  message: 'the process was killed, or went without telling its exit code',
  exit_code: null,
}

/** Told of one whose debugger does not go with it. */
const replaced: DebugEnd = {
  reason: 'detached',
  message:
    'the process has become another program; where that has a debugger, it is a debug session of its own',
  exit_code: null,
}

function endOf({ cause, exitCode }: Child): DebugEnd | undefined {
  if (exitCode === 'replaced' && cause === undefined) return replaced
  if (cause === undefined && exitCode === undefined) return undefined
  const seen =
    typeof exitCode === 'number' ? { kind: 'exited' as const, code: exitCode } : ({ kind: 'gone' } as const)
  return debugEndOf(commandOutcome(seen, cause))
}

async function within(ms: number, promise: Promise<unknown>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  await Promise.race([promise, late])
  clearTimeout(timer)
}
