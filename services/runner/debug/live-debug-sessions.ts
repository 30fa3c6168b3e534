import { toInstant } from '../../../lib/clock.ts'
import { Tally } from '../../../lib/tally.ts'
import { endedReport } from '../../contract/debug-report.ts'
import type { DebugSession } from '../../contract/debug-resources.ts'
import type { DebugSessionId } from '../../contract/ids.ts'
import { debugOperations } from '../../contract/operations/debug.ts'
import type { Ask, LiveAnswer } from '../../contract/runner-messages.ts'
import { requestCancel } from '../../store/commands.ts'
import { getDebugSession, type QueuedDebugSession } from '../../store/debug-sessions.ts'
import { toDebugSession } from '../../store/rows.ts'
import type { Debuggee } from '../commands/debuggee.ts'
import type { RunnerContext } from '../context.ts'
import type { Family } from './above/family.ts'
import { recordedOf } from './above/probe-operations.ts'
import type { Probes } from './above/probes.ts'
import { admitted } from './control/admitted.ts'
import { endedRefusal } from './ended-refusal.ts'
import { HostedDebuggee, type Hosting } from './hosted-debuggee.ts'
import type { LiveDebugSession } from './live-debug-session.ts'
import { Observed } from './observed.ts'
import { perform } from './operations/perform.ts'
import { replayOf } from './record/replay-of.ts'
import { Refusal } from './refusal.ts'
import { SourceText } from './source-text.ts'

/** Questions about one debug session that are not answered yet. */
const mostAsked = 64
/** How long a question waits for a debug session that is queued, and how often the store is looked at meanwhile. */
const patienceMs = 10_000
const lookMs = 250
/** How many records of debug sessions that are over are kept. */
const mostPast = 20

type All = ReadonlyMap<DebugSessionId, LiveDebugSession>

/** The debug sessions that this runner hosts, and the answers to all that is asked of debug sessions. */
export class LiveDebugSessions {
  readonly #context: RunnerContext
  readonly #hosting: Hosting
  readonly #text = new SourceText()
  readonly #live = new Observed<All>(new Map())
  readonly #past = new Map<DebugSessionId, Probes>()
  readonly #asked = new Tally<DebugSessionId>()

  constructor(context: RunnerContext, hosting: Hosting) {
    this.#context = context
    this.#hosting = hosting
  }

  /** What the command of a debug session is run under. */
  debuggee(debug: QueuedDebugSession): Debuggee {
    return new HostedDebuggee(this.#context, this.#hosting, debug, this.#text, {
      add: live => this.#live.set(new Map([...this.#live.value, [live.identity.id, live]])),
      remove: id => {
        this.#keepRecord(id)
        this.#live.set(new Map([...this.#live.value].filter(([other]) => other !== id)))
      },
    })
  }

  /** What one that goes has recorded can be read for a while, as long as this runner lives. */
  #keepRecord(id: DebugSessionId): void {
    const probes = this.#live.value.get(id)?.probes
    if (probes === undefined || probes.ring.last.value === 0) return
    this.#past.set(id, probes)
    const [oldest] = this.#past.keys()
    if (this.#past.size > mostPast && oldest !== undefined) this.#past.delete(oldest)
  }

  /** Never rejects. */
  async answer(ask: Ask): Promise<LiveAnswer> {
    if (this.#asked.of(ask.debug) >= mostAsked)
      return refused('too_many_calls', `${mostAsked} questions about ${ask.debug} are not answered yet`)
    this.#asked.add(ask.debug)
    try {
      return { ok: true, value: await this.#answer(ask) }
    } catch (error) {
      if (error instanceof Refusal) return refused(error.code, error.message)
      this.#context.log.error({ err: error, debug: ask.debug, operation: ask.operation }, 'an answer failed')
      return refused('internal', 'the runner made a mistake')
    } finally {
      this.#asked.drop(ask.debug)
    }
  }

  async #answer(ask: Ask): Promise<unknown> {
    const { debug, operation, input } = ask
    if (operation === 'debug.replay') return this.#replay(debug, input)
    const past = operation === 'debug.recorded' ? this.#past.get(debug) : undefined
    if (past !== undefined) {
      const wanted = debugOperations['debug.recorded'].input.parse({ session: '@last', ...input })
      return recordedOf(past, wanted)
    }
    const began = performance.now()
    const wait = typeof input.wait === 'number' ? input.wait : 0
    const runs = operation === 'debug.run_to_failure'
    const settles = operation === 'debug.status' || operation === 'debug.terminate' || runs
    if (operation === 'debug.terminate' && !this.#live.value.has(debug)) await this.#cancel(debug)
    const found = await this.#find(debug, settles ? wait * 1_000 : patienceMs)
    if ('identity' in found) {
      const left = Math.max(0, wait - (performance.now() - began) / 1_000)
      const wanted = 'wait' in input ? { ...input, wait: left } : input
      return admitted(found, ask, () => perform(found, operation, wanted, this.#familyOf(found)))
    }
    if (settles) return runs ? endedReport(found) : found
    throw notLive(found)
  }

  #familyOf(live: LiveDebugSession): Family {
    const { command } = live.identity
    const members = () =>
      [...this.#live.value.values()].filter(({ identity }) => identity.command === command)
    // Of one that has just ended, its processes are left for a moment.
    return { members, root: members().find(({ identity }) => identity.parent === null) ?? live }
  }

  /** Of one that lives, or of one that has ended whichever runner has hosted it. */
  async #replay(id: DebugSessionId, input: Ask['input']): Promise<unknown> {
    const { store, files, clock } = this.#context
    await this.#live.value.get(id)?.record.flush()
    const row = await getDebugSession(store, id)
    if (row === undefined) throw new Refusal('debug_session_not_found', `there is no debug session ${id}`)
    const identity = toDebugSession(row)
    const parsed = debugOperations['debug.replay'].input.safeParse({ session: identity.session, ...input })
    if (!parsed.success) throw new Refusal('invalid_input', 'this is no input of a replay')
    const paths = files.debugRecord(identity.session, id)
    return replayOf(paths, parsed.data, { identity, clock, scope: this.#hosting.scope })
  }

  /** The live one; throws a Refusal where there is none in this time. */
  async whenLive(id: DebugSessionId, patience: number): Promise<LiveDebugSession> {
    const found = await this.#find(id, patience)
    if ('identity' in found) return found
    throw notLive(found)
  }

  /** The live one, or what the store has of one that is not live in this time: it has ended, or is queued still. */
  async #find(id: DebugSessionId, patience: number): Promise<LiveDebugSession | DebugSession> {
    const until = performance.now() + patience
    for (;;) {
      const all = this.#live.value
      const live = all.get(id)
      if (live !== undefined) return live
      const row = await getDebugSession(this.#context.store, id)
      if (row === undefined) throw new Refusal('debug_session_not_found', `there is no debug session ${id}`)
      const told = toDebugSession(row)
      const left = until - performance.now()
      if (told.end !== null || left <= 0) return told
      // Whatever comes or goes may be this one; that it was cancelled in the queue, only the store tells.
      await this.#live.until(now => now !== all, Math.min(left, lookMs))
    }
  }

  /** Ends one that is not live here: it is queued, or is being made ready. */
  async #cancel(id: DebugSessionId): Promise<void> {
    const { store, clock, changed } = this.#context
    const found = await getDebugSession(store, id)
    if (found === undefined || toDebugSession(found).end !== null) return
    await requestCancel(store, found.command_id, toInstant(clock.now()))
    changed({ session: found.session_id, command: found.command_id })
  }
}

const notLive = (debug: DebugSession): Refusal =>
  debug.end === null ? new Refusal('debugger_timeout', 'the debuggee is still queued') : endedRefusal(debug)

const refused = (code: Refusal['code'], detail: string): LiveAnswer => ({ ok: false, code, detail })
