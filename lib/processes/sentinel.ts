import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { getCompileCacheDir } from 'node:module'
import { Socket } from 'node:net'
import { dirname, join } from 'node:path'

/**
 * idle -> watching -> dismissed, or idle -> dismissed. `leave` tells the sentinel that there is nothing to do for it.
 */
type State = { kind: 'idle' } | { kind: 'watching'; leave: () => void } | { kind: 'dismissed' }

/** Waits for a line, at the cost of a shell. At the end of its input without one, whoever held the other end is gone. */
const script = `trap '' HUP INT TERM; read -r line || exec "$0" "$@"`

/**
 * Ends what bears its mark when this process is killed outright, or ends in any other way without having dismissed it.
 *
 * It is a process of its own, which holds the reading end of a pipe whose only writing end is here. It is in a session
 * of its own, bears no mark, and has nothing of this process's terminal, streams and environment: neither a signal to
 * the process group nor the end of a scope reaches it, and nobody waits for it.
 */
export class Sentinel implements Disposable {
  readonly mark = randomBytes(9).toString('base64url')
  #state: State = { kind: 'idle' }

  /** Starts watching, once. To be called before a process with the mark is started: then there is no gap. */
  watch(): void {
    if (this.#state.kind !== 'idle') return
    const program = join(import.meta.dirname, 'sentinel-main.ts')
    // Where compiled code is kept here, the sentinel uses it too: that halves the time from a kill to the end of all.
    const cache = getCompileCacheDir()
    const child = spawn('/bin/sh', ['-c', script, process.execPath, program, this.mark], {
      cwd: '/',
      detached: true,
      env: cache === undefined ? {} : { NODE_COMPILE_CACHE: dirname(cache) },
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    // One that cannot be started, or was killed, leaves the run as it would be without it.
    child.on('error', () => {})
    const { stdin } = child
    stdin.on('error', () => {})
    child.unref()
    if (stdin instanceof Socket) stdin.unref()
    this.#state = { kind: 'watching', leave: () => stdin.end('\n') }
  }

  /** For when everything that bears the mark has ended. */
  [Symbol.dispose](): void {
    if (this.#state.kind === 'watching') this.#state.leave()
    this.#state = { kind: 'dismissed' }
  }
}
