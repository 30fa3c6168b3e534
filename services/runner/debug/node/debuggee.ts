import { basename } from 'node:path'
import { compiledSchema } from '../../../../lib/compiled-schema.ts'
import type { Came } from './agent-server.ts'
import type { CallTraces } from './call-traces.ts'
import { CdpError } from './cdp-connection.ts'
import {
  attachedToWorkerSchema,
  bindingCalledSchema,
  breakpointResolvedSchema,
  detachedSchema,
  type Hello,
  type Parting,
  type PausedEvent,
  partingOf,
  pausedSchema,
  scriptParsedSchema,
  workerMessageSchema,
} from './cdp-messages.ts'
import { saidOf } from './condition.ts'
import type { Exceptions } from './exceptions.ts'
import type { FunctionBreakpoints } from './function-breakpoints.ts'
import type { LineBreakpoints } from './line-breakpoints.ts'
import type { MapPlace } from './load-source-map.ts'
import type { Script } from './scripts.ts'
import { Target } from './target.ts'

const mostThreads = 500
const mostLogged = 4_000

type Dependencies = {
  readonly mapPlace: MapPlace
  readonly event: (name: string, body: unknown) => void
  readonly isChild: boolean
  readonly binding: string
  readonly breakpoints: LineBreakpoints
  readonly functions: FunctionBreakpoints
  readonly exceptions: Pick<Exceptions, 'moduleCame'>
  readonly calls: Pick<CallTraces, 'said'>
  /** Tells a new thread where to stop. */
  readonly configure: (target: Target) => Promise<void>
  readonly paused: (target: Target, event: PausedEvent) => Promise<void>
  readonly gone: (target: Target) => void
  /** A mistake: the debugger is of no use any more. */
  readonly failed: (error: unknown) => void
}

/** The threads of a process, from when they come until they are gone. */
export class Debuggee {
  readonly #deps: Dependencies
  readonly #targets = new Set<Target>()
  readonly #configured = new Set<Target>()
  readonly #workers = new Map<Target, Map<string, Target>>()
  #thread = 0
  #mayRun = false
  /** Lets the process run. */
  #start: (() => Promise<void>) | undefined

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** Those that have been told where to stop. */
  configured(): Iterable<Target> {
    return this.#configured
  }

  /** Everything has been said: the program begins. */
  async run(): Promise<void> {
    this.#mayRun = true
    await this.#start?.()
  }

  /**
   * The process has come; it waits until all has been said. Where it replaces itself by another program, it may come again, and
   * only if it does its end is known here.
   */
  readonly came: Came = (hello, peer) => {
    const isFirst = this.#thread === 0
    let parting: Parting | undefined
    const target = this.#add(isFirst ? 'main' : nameOf(hello), { write: peer.write })
    const start = async () => {
      await this.#configure(target)
      peer.write(JSON.stringify({ method: '$run' }))
    }
    if (isFirst) {
      this.#start = start
      this.#deps.event('initialized', {})
    } else if (this.#mayRun) void start().catch(error => this.#missed(error))
    return {
      line: text => {
        const said = partingOf(text)
        if (said === undefined) target.connection.take(text)
        else parting = said
      },
      gone: () => {
        this.#remove(target)
        const { isChild, event } = this.#deps
        if (parting?.method === '$replaced') {
          if (parting.params.again || !isChild) return
          event('debugServerReplaced', {})
        }
        // Of what is no child its command tells it.
        else if (isChild && parting !== undefined) event('exited', { exitCode: parting.params.code })
        this.#deps.event('terminated', {})
      },
    }
  }

  #add(name: string, { write, parent }: { write: (text: string) => void; parent?: Target }): Target {
    const target = new Target(++this.#thread, name, {
      ...{ write, parent, mapPlace: this.#deps.mapPlace },
      event: (...happened) => this.#happened(...happened),
    })
    this.#targets.add(target)
    return target
  }

  async #configure(target: Target): Promise<void> {
    this.#configured.add(target)
    await this.#deps.configure(target)
    this.#deps.event('thread', { reason: 'started', threadId: target.thread })
  }

  #remove(target: Target): void {
    for (const worker of this.#workers.get(target)?.values() ?? []) this.#remove(worker)
    target.connection.close('this thread has ended')
    this.#targets.delete(target)
    if (!this.#configured.delete(target)) return
    this.#deps.gone(target)
    this.#deps.event('thread', { reason: 'exited', threadId: target.thread })
  }

  #happened(target: Target, method: string, parameters: unknown): void {
    switch (method) {
      case 'Debugger.scriptParsed': {
        const script = compiledSchema(scriptParsedSchema).safeParse(parameters).data
        const added = script?.url.startsWith('node:') ? undefined : script && target.scripts.add(script)
        if (added?.isModule) this.#deps.exceptions.moduleCame(target)
        // Breakpoints in what it is made of, where nothing has stopped the thread before it.
        if (added !== undefined) void this.#bind(target, added).catch(error => this.#missed(error))
        return
      }
      case 'Debugger.paused': {
        target.pauseRequest.held()
        const { success, data } = compiledSchema(pausedSchema).safeParse(parameters)
        if (success) setImmediate(() => void this.#paused(target, data))
        else target.connection.tell('Debugger.resume')
        return
      }
      case 'Debugger.resumed':
        target.pauseRequest.resumed()
        return
      case 'Debugger.breakpointResolved': {
        const { success, data } = breakpointResolvedSchema.safeParse(parameters)
        const { breakpoints, functions } = this.#deps
        if (!success) return
        functions.resolved(target, data.breakpointId, data.location)
        void breakpoints
          .resolved(target, data.breakpointId, data.location)
          .catch(error => this.#missed(error))
        return
      }
      case 'Runtime.bindingCalled': {
        const { success, data } = bindingCalledSchema.safeParse(parameters)
        if (success && data.name === this.#deps.binding && !this.#deps.calls.said(target, data.payload))
          this.#said(data.payload)
        return
      }
      case 'NodeWorker.attachedToWorker': {
        const { success, data } = attachedToWorkerSchema.safeParse(parameters)
        if (success)
          void this.#workerCame(target, data.sessionId, data.workerInfo).catch(error => this.#missed(error))
        return
      }
      case 'NodeWorker.receivedMessageFromWorker': {
        const { success, data } = workerMessageSchema.safeParse(parameters)
        if (success) this.#workers.get(target)?.get(data.sessionId)?.connection.take(data.message)
        return
      }
      case 'NodeWorker.detachedFromWorker': {
        const { success, data } = detachedSchema.safeParse(parameters)
        const worker = success ? this.#workers.get(target)?.get(data.sessionId) : undefined
        if (worker !== undefined) this.#remove(worker)
        return
      }
    }
  }

  async #bind(target: Target, script: Script): Promise<void> {
    const { breakpoints, functions } = this.#deps
    if (functions.any) void functions.came(target, script).catch(error => this.#missed(error))
    if (script.sourceMapUrl === '' || !breakpoints.any) return
    if (script.map !== undefined || script.url.includes('/node_modules/')) return
    await target.scripts.load(script)
    if (script.map !== undefined) await breakpoints.bindMapped(target, script.url, script.map)
  }

  async #workerCame(
    parent: Target,
    sessionId: string,
    info: { workerId: string; url: string },
  ): Promise<void> {
    if (this.#targets.size >= mostThreads) return
    const write = (message: string) =>
      parent.connection.tell('NodeWorker.sendMessageToWorker', { sessionId, message })
    const worker = this.#add(`worker ${info.workerId}: ${basename(info.url)}`, { write, parent })
    const siblings = this.#workers.get(parent) ?? new Map<string, Target>()
    this.#workers.set(parent, siblings.set(sessionId, worker))
    await this.#configure(worker)
    worker.connection.tell('Runtime.runIfWaitingForDebugger')
  }

  async #paused(target: Target, event: PausedEvent): Promise<void> {
    try {
      await this.#deps.paused(target, event)
    } catch (error) {
      this.#missed(error)
    }
  }

  /** What the inspector of a thread that has gone would have said, nobody needs to know; all else is a mistake. */
  #missed(error: unknown): void {
    if (!(error instanceof CdpError)) this.#deps.failed(error)
  }

  #said(payload: string): void {
    const { breakpoints, functions } = this.#deps
    const { settled } = breakpoints
    if (settled !== undefined) return void settled.then(() => this.#said(payload))
    const said = saidOf(payload)
    const told = said && (breakpoints.said(said) ?? functions.said(said))
    if (told === undefined) return
    const { kind, text, at } = told
    this.#deps.event('output', {
      category: kind === 'log' ? 'console' : 'important',
      output: `${text.slice(0, mostLogged)}\n`,
      ...(at === undefined ? {} : { source: { path: at.file }, line: at.line }),
    })
  }
}

const nameOf = ({ pid, script }: Hello): string =>
  `process ${pid}${script === undefined ? '' : `: ${basename(script)}`}`
