import type { ProcessIdentity } from '../../../lib/processes/identity.ts'
import { type ProcessScope, scopeVariable } from '../../../lib/processes/process-scope.ts'
import { SecretMask } from '../../../lib/secret-mask.ts'
import type { Viewer } from '../../contract/debug-control.ts'
import type { DebugEventName } from '../../contract/debug-events.ts'
import type { DebugRequest } from '../../contract/debug-request.ts'
import type { DebugSession } from '../../contract/debug-resources.ts'
import type { DebugEngine } from '../../contract/debug-state.ts'
import {
  getDebugSession,
  keepBreakpoints,
  keepEngine,
  type QueuedDebugSession,
} from '../../store/debug-sessions.ts'
import { debugRequestOf, toDebugSession } from '../../store/rows.ts'
import type { CommandRow } from '../../store/schema.ts'
import { secretsOf } from '../../store/session-secrets.ts'
import { abortable } from '../abortable.ts'
import type { EndCause } from '../commands/command-outcome.ts'
import type { Debuggee, Replacement } from '../commands/debuggee.ts'
import { surroundings } from '../commands/surroundings.ts'
import { findWorkingDirectory } from '../commands/working-directory.ts'
import type { RunnerContext } from '../context.ts'
import { type Enclosure, isolationFor } from '../sandbox/enclosure.ts'
import { debuggeeProcesses } from './above/debuggee-processes.ts'
import { findProcess } from './attach/find-process.ts'
import { ChildSessions, type Registry } from './children/child-sessions.ts'
import type { ConnectedViewers } from './control/connected-viewers.ts'
import { coveredFailure } from './covered-failure.ts'
import { EndWatch } from './end-watch.ts'
import type { Engines } from './engines.ts'
import { LiveDebugSession } from './live-debug-session.ts'
import type { LiveDependencies } from './live-dependencies.ts'
import { MeetingPlace } from './meeting-place.ts'
import { MessageFile } from './message-file.ts'
import type { AttachedProcess, Place } from './place.ts'
import type { DebugRecord } from './record/debug-record.ts'
import { maskedText } from './record/masked-value.ts'
import { recordOf } from './record/record-of.ts'
import { messageOf } from './said.ts'
import type { SourceText } from './source-text.ts'
import { WorktreePaths } from './worktree-paths.ts'

export type Hosting = {
  readonly engines: Engines
  /** Owns what debuggers start, adapters above all. */
  readonly scope: ProcessScope
  readonly viewers: ConnectedViewers
  readonly tell: (message: { event: DebugEventName; debug: DebugSession; by: Viewer | null }) => void
}

type Wanted =
  | { ok: true; engines: readonly DebugEngine[]; process: AttachedProcess | undefined }
  | Extract<Replacement, { ok: false }>

type FoundPlace =
  | { found: true; place: Place }
  | { found: false; reason: 'directory_not_found' | 'spawn_failed'; message: string }

/** The debugger of one command: found and made ready before the command is launched, gone after its end is recorded. */
export class HostedDebuggee implements Debuggee {
  readonly #context: RunnerContext
  readonly #hosting: Hosting
  readonly #debug: QueuedDebugSession
  readonly #text: SourceText
  readonly #registry: Registry
  readonly #children: ChildSessions
  #live: LiveDebugSession | undefined
  #record: DebugRecord | undefined
  #messages: MessageFile | undefined
  #meeting: MeetingPlace | undefined
  #process: AttachedProcess | undefined
  #endWatch: EndWatch | undefined

  constructor(
    context: RunnerContext,
    hosting: Hosting,
    debug: QueuedDebugSession,
    text: SourceText,
    registry: Registry,
  ) {
    this.#context = context
    this.#hosting = hosting
    this.#debug = debug
    this.#text = text
    this.#registry = registry
    this.#children = new ChildSessions(context, registry)
  }

  async prepare(row: CommandRow, end: (cause: EndCause) => void, signal: AbortSignal): Promise<Replacement> {
    const place = await this.#place(row)
    // The launch itself says what is wrong with the directory.
    if (!place.found) return { ok: false, failure: { reason: place.reason, message: place.message } }
    const request = debugRequestOf(this.#debug)
    try {
      return await this.#ready(request, place.place, end, signal)
    } catch (error) {
      signal.throwIfAborted()
      const { log } = this.#context
      log.error({ err: error, debug: this.#debug.id }, 'a debugger cannot be made ready')
      const why = error instanceof Error ? error.message : error
      return {
        ok: false,
        failure: { reason: 'spawn_failed', message: `its debugger cannot be started: ${why}` },
      }
    }
  }

  launched(): void {
    const live = this.#live
    if (live === undefined) return
    live.launched()
    const { lost } = live.adapter
    if (lost !== undefined) this.#endWatch = endWatchOf(live, this.#process, lost)
  }

  async leave(): Promise<void> {
    this.#children.rootEnds()
    await this.#live?.letGo()
  }

  async killed(): Promise<void> {
    await this.#live?.adapter.letGo()
  }

  async ended(): Promise<void> {
    const live = this.#live
    if (live === undefined) return
    await this.#children.ended()
    const breakpoints = live.breakpoints.list.told()
    const known = breakpoints.length > 0 || live.state.value.kind !== 'launching'
    const { store, lease } = this.#context
    if (known) await keepBreakpoints(store, this.#debug.id, breakpoints, lease.token)
  }

  async recorded(): Promise<void> {
    const found = await getDebugSession(this.#context.store, this.#debug.id)
    if (found === undefined) return // deleted with its session
    const last = toDebugSession(found)
    if (this.#live === undefined) this.#hosting.tell({ event: 'ended', debug: last, by: null })
    else this.#live.ended(last)
    await this.#children.recorded()
    await this.#record?.flush()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#endWatch?.[Symbol.dispose]()
    await this.#children[Symbol.asyncDispose]()
    this.#registry.remove(this.#debug.id)
    // The last first, and each whatever becomes of the others.
    await using _meeting = this.#meeting
    using _messages = this.#messages
    await using _record = this.#record
    await using _live = this.#live
  }

  async #ready(
    request: DebugRequest,
    place: Place,
    end: (cause: EndCause) => void,
    signal: AbortSignal,
  ): Promise<Replacement> {
    const { id, session_id, command_id, created_at } = this.#debug
    const wanted = await this.#wanted(request)
    if (!wanted.ok) return wanted
    const { process } = wanted
    this.#process = process
    const there = { ...place, process }
    const planned = await this.#plan({ ...request, engines: wanted.engines }, there, signal)
    if (!planned.ok) return planned
    signal.throwIfAborted()
    const { engine } = planned
    if (engine !== this.#debug.engine) await keepEngine(this.#context.store, id, engine)
    const of = { session: session_id, command: command_id, engine, created_at }
    const identity = { id, parent: null, process: null, ...of }
    const mask = new SecretMask(Object.values(await secretsOf(this.#context.store, session_id)))
    const paths = new WorktreePaths(place.worktree, () => false)
    const covered = (text: string) => paths.inText(maskedText(text, mask))
    const record = recordOf(this.#context, identity, place.worktree, mask)
    this.#record = record
    const deps: LiveDependencies = {
      identity,
      record,
      request,
      plan: planned.plan,
      place: there,
      scope: this.#hosting.scope,
      text: this.#text,
      clock: this.#context.clock,
      connected: this.#hosting.viewers,
      tell: (event, debug, by) => this.#hosting.tell({ event, debug, by }),
      said: body => this.#said(body, paths, mask),
      child: child => this.#children.came(child, id),
      children: this.#children.below(id),
      gone: () => {
        this.#endWatch?.[Symbol.dispose]()
        this.#children.rootEnds()
      },
      end: cause => {
        this.#children.rootEnds()
        end(coveredFailure(cause, covered))
      },
    }
    const live = new LiveDebugSession(deps)
    this.#children.of(live, deps, { mask, covered })
    this.#live = live
    this.#registry.add(live)
    const prepared = await abortable(live.prepare(), signal)
    return prepared.ok ? prepared : { ...prepared, failure: coveredFailure(prepared.failure, covered) }
  }

  /** Which debuggers may be tried; and the process, where it is one that runs already. */
  async #wanted({ program, engines }: DebugRequest): Promise<Wanted> {
    if (program.kind !== 'process') return { ok: true, engines, process: undefined }
    const { session_id: session, command_id: except } = this.#debug
    const found = await findProcess(this.#context, { session, except }, program, engines)
    if (!found.ok) return found
    const temporary = this.#context.files.temporary(session)
    return { ...found, process: { ...found.process, temporary } }
  }

  /** By the first of the debuggers for it that is here. */
  async #plan(
    request: Omit<DebugRequest, 'engines'> & { engines: readonly DebugEngine[] },
    place: Place,
    signal: AbortSignal,
  ) {
    const missing: string[] = []
    for (const engine of request.engines) {
      const planned = await this.#hosting.engines[engine]?.plan(
        { ...request, engines: [engine] },
        place,
        signal,
      )
      if (planned?.ok === true) return { ...planned, engine }
      if (planned !== undefined && planned.failure.reason !== 'debugger_not_found') return planned
      missing.push(planned?.failure.message ?? `this runner cannot host ${engine}`)
    }
    return { ok: false, failure: { reason: 'debugger_not_found', message: missing.join('; ') } } as const
  }

  #said(body: unknown, paths: WorktreePaths, mask: SecretMask): void {
    const { files, clock } = this.#context
    const message = messageOf(body, paths, clock, text => maskedText(text, mask))
    if (message === undefined) return
    this.#messages ??= new MessageFile(files.debuggerMessages(this.#debug.session_id, this.#debug.command_id))
    this.#messages.add(message)
  }

  #meet(enclosure: Enclosure): MeetingPlace {
    this.#meeting = new MeetingPlace(this.#context.files, this.#debug.id, enclosure)
    return this.#meeting
  }

  async #place(row: CommandRow): Promise<FoundPlace> {
    const { files, inherit, spawner } = this.#context
    const top = files.worktree(row.session_id)
    const worktree = await findWorkingDirectory(top, '.')
    const directory = await findWorkingDirectory(top, row.directory)
    if (!worktree.found) return { ...worktree, reason: 'directory_not_found' }
    if (!directory.found) return { ...directory, reason: 'directory_not_found' }
    const isolation = await isolationFor(this.#context, row.session_id)
    if (!isolation.ok) return { found: false, reason: 'spawn_failed', message: isolation.message }
    // Without the command's mark: what is started with it is no part of the command, and is not to end with it.
    const { [scopeVariable]: _mark, ...rest } = await surroundings(this.#context, row, directory.path)
    const outer = inherit[scopeVariable]
    const environment = outer === undefined ? rest : { ...rest, [scopeVariable]: outer }
    const place = { worktree: worktree.path, directory: directory.path, environment, start: spawner.start }
    const { meeting } = this.#meet(isolation)
    return { found: true, place: { ...place, enclosure: isolation, meeting } }
  }
}

function endWatchOf(
  live: LiveDebugSession,
  attached: AttachedProcess | undefined,
  ended: (code: number | undefined) => void,
): EndWatch {
  let known: number | undefined
  const find = () => {
    known = live.processId
    return processOf(live, attached)
  }
  return new EndWatch({ find, isReplaced: () => known !== undefined && live.processId !== known, ended })
}

/** The process of a debuggee, once it runs under its debugger. */
function processOf(
  { state, processId, identity }: LiveDebugSession,
  attached: AttachedProcess | undefined,
): Promise<ProcessIdentity | undefined> | undefined {
  if (attached !== undefined) return Promise.resolve({ pid: attached.hostPid, startTime: attached.startTime })
  if (state.value.kind === 'launching') return undefined
  return debuggeeProcesses(identity.command, processId, { orDead: true }).then(found => found?.debuggee)
}
