import { getCompileCacheDir } from 'node:module'
import { dirname, join } from 'node:path'
import { withoutStreams } from '../without-streams.ts'
import { uniqueId } from './unique-id.ts'

/**
 * idle -> watching -> dismissed, or idle -> dismissed. `leave` tells the sentinel that there is nothing to do for it.
 */
type State =
  | { kind: 'idle' }
  | { kind: 'watching'; pid: number | undefined; leave: () => Promise<void> }
  | { kind: 'dismissed' }

/** What a sentinel becomes when its owner is gone: a program that is given the mark and these words. */
type Heir = { readonly program: string; readonly words?: readonly string[] }

/** How long a dismissed sentinel is waited for; it takes about a millisecond. */
const leaveLimitMs = 1_000

/** Waits at the cost of a shell: at the end of its input, whoever held the other end is gone. */
const script = `trap '' HUP INT TERM; read -r line; exec "$0" "$@"`

/**
 * Ends what bears its mark when this process is killed outright, or ends in any other way without having dismissed it; or
 * does what another heir does then.
 *
 * It is a process of its own, which holds the reading end of a pipe whose only writing end is here. It is in a session
 * of its own, bears no mark, and has nothing of this process's terminal, streams and environment: neither a signal to
 * the process group nor the end of a scope reaches it, and nobody waits for it.
 */
export class Sentinel implements AsyncDisposable {
  #mark: string | undefined
  #state: State = { kind: 'idle' }
  #gone: Promise<void> | undefined
  readonly #heir: Heir

  constructor(heir: Heir = { program: join(import.meta.dirname, 'sentinel-main.ts') }) {
    this.#heir = heir
  }

  get mark(): string {
    this.#mark ??= uniqueId()
    return this.#mark
  }

  /** While it watches; its heir is the same process. */
  get pid(): number | undefined {
    return this.#state.kind === 'watching' ? this.#state.pid : undefined
  }

  /** Starts watching, once. To be called before a process with the mark is started: then there is no gap. */
  watch(): void {
    if (this.#state.kind !== 'idle') return
    const { program, words = [] } = this.#heir
    // Where compiled code is kept here, the sentinel uses it too: that halves the time from a kill to the end of all.
    const cache = getCompileCacheDir()
    // Loaded when it is needed: a run that starts nothing is to be over sooner than that.
    const { spawn } = process.getBuiltinModule('node:child_process')
    const child = spawn('/bin/sh', ['-c', script, process.execPath, program, this.mark, ...words], {
      cwd: '/',
      detached: true,
      env: cache === undefined ? {} : { NODE_COMPILE_CACHE: dirname(cache) },
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    // One that cannot be started, or was killed, leaves the run as it would be without it.
    child.on('error', () => {})
    const { stdin } = child
    // Too many files are open: who starts the next member tries again.
    if (stdin === undefined) return
    stdin.on('error', () => {})
    child.unref()
    if ('unref' in stdin && typeof stdin.unref === 'function') stdin.unref()
    const gone = new Promise<void>(resolve => child.once('exit', resolve).once('error', resolve))
    const leave = async () => {
      child.ref()
      // By a signal, for to write to it would load the half of Node's streams that nothing else here needs.
      child.kill('SIGKILL')
      withoutStreams(() => stdin.destroy())
      let limit: NodeJS.Timeout | undefined
      await Promise.race([gone, new Promise(resolve => (limit = setTimeout(resolve, leaveLimitMs)))])
      clearTimeout(limit)
    }
    this.#state = { kind: 'watching', pid: child.pid, leave }
  }

  /** For when everything that bears the mark has ended. */
  dismiss(): void {
    const state = this.#state
    this.#state = { kind: 'dismissed' }
    if (state.kind === 'watching') this.#gone = state.leave()
  }

  /** Dismisses it, and waits until it is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.dismiss()
    await this.#gone
  }
}
