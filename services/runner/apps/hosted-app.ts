import { rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { AppSettings } from '../../../config/app-schema.ts'
import { toInstant } from '../../../lib/clock.ts'
import { UserError } from '../../../lib/user-error.ts'
import type { CommandId, SessionId } from '../../contract/ids.ts'
import { getCommand } from '../../store/commands.ts'
import { commandLineOf, environmentOf, toCommand } from '../../store/rows.ts'
import type { CommandRow } from '../../store/schema.ts'
import { noteAppPort, noteAppReady } from '../../store/session-apps.ts'
import { abortable } from '../abortable.ts'
import type { EndCause } from '../commands/command-outcome.ts'
import type { Debuggee, Replacement } from '../commands/debuggee.ts'
import type { RunnerContext } from '../context.ts'
import { appPoint } from '../sandbox/bubblewrap-options.ts'
import { isolationFor } from '../sandbox/enclosure.ts'
import type { Way } from '../tunnels/way.ts'
import { appPlace, makeAppPlace, socketName } from './app-place.ts'
import { connectSocket } from './connect-socket.ts'
import { fillIn } from './fill-in.ts'
import { answers } from './probe.ts'

export type AppHosting = {
  readonly settingsOf: (app: string) => AppSettings | undefined
  /** A way to a port of the session's own programs. */
  readonly toPort: (session: SessionId, port: number) => Promise<Way>
  /** Where the apps of this project lie. */
  readonly programs: string
  /** What was compiled of them before, which sessions can read and not write: what one of them left there, all would run. */
  readonly compiledCode: string | undefined
  /** The program opencode, which may have to be fetched first. */
  readonly opencode: () => Promise<string>
  readonly gone: (id: CommandId) => void
}

/** The pauses between two probes of one that is starting, in milliseconds; the last one repeats. */
const pauses = [20, 30, 50, 100, 250] as const

/**
 * An app as this runner looks after it: launches its command with a place to listen, finds out when it answers, and ends it
 * when nobody has used it for a while.
 *
 *     launched, or left by an earlier runner → starting → ready → over
 *                                                 └────────────────↑
 *
 * `over` from when it is being ended on: who comes then waits for the next one.
 */
export class HostedApp implements Debuggee {
  readonly #context: RunnerContext
  readonly #hosting: AppHosting
  readonly #id: CommandId
  readonly #over = new AbortController()
  readonly #ready = Promise.withResolvers<void>()
  #target: { session: SessionId; port: number | null; settings: AppSettings } | undefined
  #end: (cause: EndCause) => void = () => undefined
  #launched: number | undefined
  #connections = 0
  #idle: NodeJS.Timeout | undefined

  constructor(context: RunnerContext, hosting: AppHosting, id: CommandId) {
    this.#context = context
    this.#hosting = hosting
    this.#id = id
  }

  async prepare(row: CommandRow, end: (cause: EndCause) => void, signal: AbortSignal): Promise<Replacement> {
    const { files, store, lease } = this.#context
    const { programs, compiledCode } = this.#hosting
    const settings = this.#hosting.settingsOf(row.app ?? '')
    if (settings === undefined) return notStarted(`no app is called ${row.app} in config/apps.toml any more`)
    const isolation = await isolationFor(this.#context, row.session_id)
    if (!isolation.ok) return notStarted(isolation.message)
    const line = commandLineOf(row)
    const words = typeof line === 'string' ? ['/bin/sh', '-c', line] : line
    const variables = Object.entries(environmentOf(row))
    const names = (placeholder: string) =>
      [...words, ...variables.map(([, value]) => value)].some(text => text.includes(placeholder))
    const opencode = names('{opencode}') ? await this.#opencode(signal) : { path: '' }
    if ('why' in opencode) return notStarted(opencode.why)
    const port = names('{port}') ? await freePort() : null
    if (port !== null) await noteAppPort(store, row.id, port, lease.token)
    const place = makeAppPlace(files, row.id)
    const filling = {
      socket: join(isolation.apart ? appPoint : place, socketName),
      port: `${port ?? ''}`,
      worktree: files.worktree(row.session_id),
      session: row.session_id,
      node: process.execPath,
      programs,
      opencode: opencode.path,
    }
    this.#target = { session: row.session_id, port, settings }
    this.#end = end
    return {
      ok: true,
      program: {
        words: words.map(word => fillIn(word, filling)),
        environment: {
          ...(compiledCode !== undefined && names('{programs}') ? { NODE_COMPILE_CACHE: compiledCode } : {}),
          ...Object.fromEntries(variables.map(([name, value]) => [name, fillIn(value, filling)])),
        },
        sockets: place,
      },
    }
  }

  /** Rejects with the signal's reason where that aborts; it is fetched on then, for whoever asks next. */
  async #opencode(signal: AbortSignal): Promise<{ readonly path: string } | { readonly why: string }> {
    try {
      return { path: await abortable(this.#hosting.opencode(), signal) }
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof UserError) return { why: error.toText() }
      throw error
    }
  }

  launched(): void {
    this.#launched = performance.now()
    void this.#start()
  }

  adopt(row: CommandRow, end: (cause: EndCause) => void): void {
    const settings = this.#hosting.settingsOf(row.app ?? '')
    if (settings === undefined) {
      end({ reason: 'cancelled_by_client' })
      return
    }
    this.#target = { session: row.session_id, port: row.app_port, settings }
    this.#end = end
    void this.#start()
  }

  /** Resolves to whether it is ready, once that is so, it is over, or this is given up. */
  async untilReady(gone: AbortSignal): Promise<boolean> {
    const either = AbortSignal.any([gone, this.#over.signal])
    if (either.aborted) return false
    const { promise, resolve } = Promise.withResolvers<false>()
    const abort = () => resolve(false)
    either.addEventListener('abort', abort)
    try {
      return await Promise.race([this.#ready.promise.then(() => true), promise])
    } finally {
      either.removeEventListener('abort', abort)
    }
  }

  /** A connection to it. As long as there is one, it is in use. */
  async connect(): Promise<Way> {
    await using life = new AsyncDisposableStack()
    // From now on, so that it does not count as unused in this instant.
    this.#connections++
    clearTimeout(this.#idle)
    life.defer(() => {
      this.#connections--
      this.#watchIdle()
    })
    const way = life.use(await this.#dial())
    this.#over.signal.throwIfAborted()
    const connected = life.move()
    return { stream: way.stream, [Symbol.asyncDispose]: () => connected.disposeAsync() }
  }

  async leave(): Promise<void> {
    this.#over.abort()
    clearTimeout(this.#idle)
  }
  async killed(): Promise<void> {}

  async recorded(): Promise<void> {
    const { store, metrics } = this.#context
    const row = await getCommand(store, this.#id)
    metrics.appEnded((row && toCommand(row).failure?.reason) ?? 'exited')
  }

  async ended(): Promise<void> {
    this.#over.abort()
    await rm(appPlace(this.#context.files, this.#id), { recursive: true, force: true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort()
    clearTimeout(this.#idle)
    this.#hosting.gone(this.#id)
  }

  async #start(): Promise<void> {
    const { store, clock, lease, changed, log, metrics } = this.#context
    try {
      if (!(await this.#untilAnswering()) || this.#target === undefined) return
      await noteAppReady(store, this.#id, toInstant(clock.now()), lease.token)
      this.#ready.resolve()
      if (this.#launched !== undefined) metrics.appReady(performance.now() - this.#launched)
      changed({ session: this.#target.session, command: this.#id })
      this.#watchIdle()
    } catch (error) {
      if (!this.#over.signal.aborted)
        log.error({ err: error, command: this.#id }, 'looking after an app failed')
    }
  }

  async #untilAnswering(): Promise<boolean> {
    const seconds = this.#target?.settings.ready_seconds ?? 0
    const deadline = performance.now() + seconds * 1_000
    for (let attempt = 0; !this.#over.signal.aborted; attempt++) {
      if (await this.#answers()) return !this.#over.signal.aborted
      if (performance.now() >= deadline) {
        this.#end({ reason: 'app_not_ready', seconds })
        return false
      }
      await delay(pauses[Math.min(attempt, pauses.length - 1)])
    }
    return false
  }

  async #answers(): Promise<boolean> {
    const path = this.#target?.settings.ready ?? ''
    try {
      await using way = await this.#dial()
      return path === '' || (await answers(way.stream, path))
    } catch {
      return false // not yet
    }
  }

  async #dial(): Promise<Way> {
    if (this.#target === undefined) throw new Error('an app that is not launched yet')
    const { session, port } = this.#target
    if (port !== null) return this.#hosting.toPort(session, port)
    const stream = await connectSocket(join(appPlace(this.#context.files, this.#id), socketName))
    return { stream, [Symbol.asyncDispose]: async () => void stream.destroy() }
  }

  #watchIdle(): void {
    const seconds = this.#target?.settings.idle_seconds ?? 0
    clearTimeout(this.#idle)
    if (seconds === 0 || this.#connections > 0 || this.#over.signal.aborted) return
    const idle = () => this.#end({ reason: 'app_idle', seconds })
    this.#idle = setTimeout(idle, Math.min(seconds * 1_000, longestTimer))
  }
}

/** What Node.js can wait for. */
const longestTimer = 2 ** 31 - 1

const notStarted = (message: string): Replacement => ({
  ok: false,
  failure: { reason: 'spawn_failed', message },
})

/** One that nobody listens on now. Who takes it before the app does has the app fail, and is never taken for it. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('it listens on no port')
  return address.port
}
