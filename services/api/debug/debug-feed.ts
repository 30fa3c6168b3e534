import type { Viewer } from '../../contract/debug-control.ts'
import { type DebugEvent, newsOf } from '../../contract/debug-news.ts'
import type { DebugSessionId } from '../../contract/ids.ts'
import type { DebugNews } from '../../contract/runner-messages.ts'
import { type DebugSessionJoined, listDebugSessions } from '../../store/debug-sessions.ts'
import { debugHasEnded, type SessionJoined, toDebugSession } from '../../store/rows.ts'
import { getSession } from '../../store/sessions.ts'
import { concerns } from '../changes.ts'
import type { Context } from '../context.ts'
import type { Refusal } from '../outcome.ts'
import { Pulse } from '../pulse.ts'
import { lastOutputOf } from './debug-output.ts'
import { glanceAt } from './debug-status.ts'

/** How often the store is looked at when no hint comes, in milliseconds. */
const storePoll = 1_000
/** So much of each stream is told with a state, in bytes. */
const mostOutput = 8_192

export type DebugFeedDependencies = {
  readonly context: Context
  readonly session: SessionJoined
  readonly by: Viewer
  /** Takes an event as a frame. */
  readonly say: (frame: string) => void
  /** Asked now and then: the refusal once the client's token opens this no more. */
  readonly recheck: () => Promise<Refusal | undefined>
  /** Aborts when the connection is over. */
  readonly gone: AbortSignal
}

/**
 * What happens to the debug sessions of a session, told to one client. Events come from the runner as they happen. That
 * a debug session has ended is found in the store as well, where another runner records it of one that was lost, and it
 * is told once; where events may be missing, at the beginning and when a runner comes back, each live one's `state` is.
 */
export class DebugFeed {
  readonly #deps: DebugFeedDependencies
  readonly #pulse = new Pulse()
  readonly #ended = new Set<DebugSessionId>()
  /** Those that were met alive, with the number of events told of each. */
  readonly #told = new Map<DebugSessionId, number>()
  #gap = true

  constructor(deps: DebugFeedDependencies) {
    this.#deps = deps
  }

  /** Tells until there is a reason to stop, which it returns. */
  async run(): Promise<'gone' | 'server_stopping' | 'session_deleted' | Refusal> {
    const { context, session, recheck, gone } = this.#deps
    const { changes, debugEvents, stopping, store } = context
    using watches = new DisposableStack()
    watches.use(this.#pulse.beatOn(gone))
    watches.use(this.#pulse.beatOn(stopping))
    watches.use(changes.watch(change => concerns(change, { session: session.id }) && this.#pulse.beat()))
    watches.use(
      debugEvents.watch(session.id, {
        onEvent: news => this.#heard(news),
        onGap: () => {
          this.#gap = true
          this.#pulse.beat()
        },
      }),
    )
    for (let isFirst = true; ; isFirst = false) {
      if (gone.aborted) return 'gone'
      if (stopping.aborted) return 'server_stopping'
      const refusal = await recheck()
      if (refusal !== undefined) return refusal
      if ((await getSession(store, session.id)) === undefined) return 'session_deleted'
      this.#look(await listDebugSessions(store, session.id), isFirst)
      await this.#pulse.wait(storePoll)
    }
  }

  #heard({ event, debug, frame }: DebugNews): void {
    if (this.#ended.has(debug)) return
    if (event === 'ended') this.#ended.add(debug)
    this.#told.set(debug, (this.#told.get(debug) ?? 0) + 1)
    this.#deps.say(frame)
  }

  /** `isFirst`: those that have ended by then are history. */
  #look(rows: readonly DebugSessionJoined[], isFirst: boolean): void {
    const isGap = this.#gap
    this.#gap = false
    for (const row of rows.toReversed()) {
      if (this.#ended.has(row.id)) continue
      if (!debugHasEnded(row)) {
        this.#told.set(row.id, this.#told.get(row.id) ?? 0)
        if (isGap) void this.#tellState(row)
      } else if (isFirst && !this.#told.has(row.id)) this.#ended.add(row.id)
      else this.#tell({ event: 'ended', debug: toDebugSession(row), by: null })
    }
  }

  #tell(event: DebugEvent): void {
    this.#heard(newsOf(event))
  }

  /** Unless something happens meanwhile: then that was told, with a state at least as new. */
  async #tellState(row: DebugSessionJoined): Promise<void> {
    const { context, by, gone } = this.#deps
    const told = this.#told.get(row.id)
    try {
      const [debug, output] = await Promise.all([
        glanceAt(context, row, { by, gone }),
        lastOutputOf(context, row.row, mostOutput).catch(() => undefined),
      ])
      if (gone.aborted || this.#told.get(row.id) !== told) return
      this.#tell({ event: debug.status === 'ended' ? 'ended' : 'state', debug, by: null, output })
    } catch (error) {
      context.log.warn({ err: error, debug: row.id }, 'a debug session was not told of')
    }
  }
}
