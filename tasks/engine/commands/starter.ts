import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { noNewcomers } from '../../../lib/processes/newcomers.ts'
import { type PidMoment, rememberSpawned } from '../../../lib/processes/pid-sequence.ts'
import { type Host, type ProcessScope, scopeVariable } from '../../../lib/processes/process-scope.ts'
import { processEntry } from '../../../lib/processes/process-table.ts'
import { uniqueId } from '../../../lib/processes/unique-id.ts'
import { type CommandRequest, commandFrame, type EndReport, firstFrame, parseReport } from './frame.ts'
import { MarkedStream } from './marked-stream.ts'
import type { CommandOutcome, StartedCommand } from './started-command.ts'

/** A command that it was given. */
interface Given {
  readonly since: PidMoment
  /** Tells its scope that it has ended. */
  readonly leave: (nobodyIsLeft: boolean) => void
  readonly tell: (outcome: CommandOutcome) => void
  failed: boolean
}

/**
 *     beginning → idle → busy → settling → idle
 *
 * `settling`: the command has ended, and what it said is on its way. From each of these to `leaving`, where the process ends
 * when it has nothing to do any more, and to `gone`.
 */
type State =
  | { readonly kind: 'beginning' | 'idle' | 'settling' | 'leaving' | 'gone' }
  | { readonly kind: 'busy'; readonly given: Given }

export interface StarterSetting {
  readonly perl: string
  /** What commands inherit. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** What itself bears: the marks of whoever is to end it. */
  readonly marks: string
}

/**
 * A process that starts one command after the other (`starter.pl`). All of them write to its streams, so it is given the next
 * one only where nobody but itself can hold these any more: otherwise it leaves, and they are those of that command for good.
 */
export class Starter {
  readonly #child: ChildProcess
  readonly #host: Host | undefined
  readonly #streams: readonly MarkedStream[]
  readonly gone: Promise<void>
  #state: State = { kind: 'beginning' }
  #served: number | undefined
  #line = ''

  constructor({ perl, environment, marks }: StarterSetting) {
    const { spawn } = process.getBuiltinModule('node:child_process')
    const child: ChildProcess = spawn(perl, [join(import.meta.dirname, 'starter.pl')], {
      cwd: '/',
      detached: true,
      env: { [scopeVariable]: marks },
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    })
    this.#child = child
    const entry = child.pid === undefined ? undefined : processEntry(child.pid)
    this.#host = entry && { ...entry, kill: () => this.kill() }
    if (child.pid !== undefined) rememberSpawned(child.pid)
    const reports = child.stdio?.[3] as Readable | null | undefined
    this.gone = this.#untilGone(reports)
    const marker = `\u0001${uniqueId()}\u0001`
    const first = firstFrame(marker, environment)
    this.#streams = [child.stdout, child.stderr].flatMap(stream =>
      stream === null ? [] : new MarkedStream(stream, Buffer.from(marker), () => this.#settle()),
    )
    reports?.on('data', (bytes: Buffer) => this.#hear(bytes.toString('latin1')))
    reports?.on('error', () => {}) // it has gone, which is told otherwise
    child.stdin?.on('error', () => {})
    // Without a word of it, it is never ready.
    if (first === undefined) child.stdin?.end()
    else child.stdin?.write(first)
  }

  get kind(): State['kind'] {
    return this.#state.kind
  }

  /** How many commands have ended with nothing left of them; undefined where it never said that it is ready. */
  get served(): number | undefined {
    return this.#served
  }

  /** Whether somebody has stopped it: then it tells nothing. */
  get isStopped(): boolean {
    return this.#host !== undefined && processEntry(this.#host.pid)?.stopped === true
  }

  /** Starts a command for a scope; `since` is now. Undefined where it cannot take that one, or none. */
  start(scope: ProcessScope, request: CommandRequest, since: PidMoment): StartedCommand | undefined {
    const text = commandFrame(request)
    const [stdout, stderr] = this.#streams
    if (text === undefined || this.#host === undefined || this.#state.kind !== 'idle') return undefined
    const leave = scope.lodge(this.#host, since)
    const { promise, resolve: tell } = Promise.withResolvers<CommandOutcome>()
    this.#state = { kind: 'busy', given: { since, leave, tell, failed: false } }
    this.#child.stdin?.write(text)
    return { outcome: promise, stdout: stdout?.next(), stderr: stderr?.next() }
  }

  /** Ends it whatever it does. A command of it is lost, and ended by its scope. */
  kill(): void {
    this.#child.kill('SIGKILL')
  }

  #hear(text: string): void {
    const lines = (this.#line + text).split('\n')
    this.#line = lines.pop() ?? ''
    for (const line of lines) {
      const report = parseReport(line)
      const state = this.#state
      if (report?.kind === 'ready' && this.#served === undefined) {
        this.#served = 0
        if (state.kind === 'beginning') this.#state = { kind: 'idle' }
      } else if (report?.kind === 'failed' && state.kind === 'busy') state.given.failed = true
      else if (report?.kind === 'ended' && state.kind === 'busy') this.#end(state.given, report)
      else if (state.kind !== 'leaving') this.kill()
    }
  }

  #end({ since, leave, tell, failed }: Given, { pid, end }: EndReport): void {
    if (pid > 0) rememberSpawned(pid)
    // Whoever was created since and is there could hold its streams, whether it bears a mark or not.
    const roots = this.#host === undefined ? [] : [{ ...this.#host, isHost: true }]
    const isAlone = noNewcomers(since, roots, () => true)
    leave(isAlone)
    if (isAlone) {
      this.#state = { kind: 'settling' }
      for (const stream of this.#streams) stream.endAtMarker()
      this.#settle()
    } else this.#leave()
    tell(failed ? { kind: 'not-started' } : { kind: 'ended', ...end })
  }

  #leave(): void {
    if (this.#state.kind === 'gone') return
    this.#state = { kind: 'leaving' }
    this.#child.stdin?.end()
  }

  #settle(): void {
    if (this.#streams.some(stream => stream.kind === 'closed')) {
      if (this.#state.kind !== 'busy') this.#leave()
    } else if (this.#state.kind === 'settling' && this.#streams.every(({ kind }) => kind === 'free')) {
      this.#state = { kind: 'idle' }
      this.#served = (this.#served ?? 0) + 1
    }
  }

  /** What it has told last is heard before. */
  async #untilGone(reports: Readable | null | undefined): Promise<void> {
    const child = this.#child
    const told = new Promise<void>(resolve => {
      if (reports === null || reports === undefined) resolve()
      else reports.once('close', resolve)
    })
    const how = await new Promise<string>(resolve => {
      child.once('error', error => resolve(`could not be used: ${error.message}`))
      child.once('exit', (code, signal) =>
        resolve(signal === null ? `exited with code ${code}` : `was ended by ${signal}`),
      )
    })
    if (child.pid !== undefined) await told
    const state = this.#state
    this.#state = { kind: 'gone' }
    if (state.kind === 'busy') state.given.tell({ kind: 'lost', how })
  }
}
