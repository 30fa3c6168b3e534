import type { ChildProcess } from 'node:child_process'
import { ProcessScope } from '../../../lib/processes/process-scope.ts'
import { withSpan } from '../../../lib/trace.ts'
import { type GitSurroundings, gitEnvironment } from './git-environment.ts'

export type GitOutcome =
  | { kind: 'done'; stdout: string }
  | { kind: 'failed'; code: number | null; stderr: string }
  | { kind: 'timed_out'; stderr: string }

export type GitCall = {
  cwd?: string
  /** Transports that may be used; none unless given. */
  transports?: string
  /** Whether the remote is told nothing about this server: no credentials, no keys. */
  anonymous?: boolean
  input?: string
  /** The index to work with, where it is not the repository's own. */
  index?: string
  /** How long it may take. */
  totalMs?: number
  /** How long it may say nothing; for calls that report progress. */
  silenceMs?: number
  signal?: AbortSignal
}

const defaultTotalMs = 600_000
const mostStderr = 65_536

/**
 * Runs git: with an environment of its own, a deadline, and an owner. Every call's processes form a scope and are gone
 * before its outcome is told when it was cut short. Rejects with the signal's reason when that aborts.
 */
export class Git implements AsyncDisposable {
  readonly #scope: ProcessScope
  readonly #surroundings: GitSurroundings
  readonly #permit: () => void

  /**
   * `permit` throws where nothing may be done any more; asked before each call, and before its outcome is told.
   * `within`: the scope that owns all calls as well.
   */
  constructor(surroundings: GitSurroundings, permit: () => void = () => undefined, within?: ProcessScope) {
    this.#scope = new ProcessScope({ graceMs: 1_000, ...(within === undefined ? {} : { within }) })
    this.#surroundings = surroundings
    this.#permit = permit
  }

  run(args: readonly string[], call: GitCall = {}): Promise<GitOutcome> {
    return withSpan(`git ${subcommandOf(args)}`, {}, async span => {
      const outcome = await this.#run(args, call)
      span.annotate({ 'debug_server.outcome': outcome.kind })
      return outcome
    })
  }

  async #run(args: readonly string[], call: GitCall): Promise<GitOutcome> {
    call.signal?.throwIfAborted()
    this.#permit()
    const scope = new ProcessScope({ graceMs: 1_000, within: this.#scope })
    const child = scope.spawn('git', args, {
      env: {
        ...gitEnvironment(this.#surroundings, call.transports ?? 'none', call.anonymous),
        ...(call.index === undefined ? {} : { GIT_INDEX_FILE: call.index }),
      },
      stdio: [call.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      ...(call.cwd === undefined ? {} : { cwd: call.cwd }),
    })
    child.stdin?.on('error', () => undefined).end(call.input)
    const output = collect(child)
    const cut = cutShort(child, scope, call)
    const code = await output.closed
    await cut.settled()
    call.signal?.throwIfAborted()
    this.#permit()
    if (code === 0 && !cut.timedOut()) return { kind: 'done', stdout: output.stdout() }
    const stderr = this.#surroundings.mask?.(output.stderr()) ?? output.stderr()
    return cut.timedOut() ? { kind: 'timed_out', stderr } : { kind: 'failed', code, stderr }
  }

  /** Ends every call that is under way; none can be made any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scope.end()
  }
}

/** `fetch` of `-C DIRECTORY fetch …`. The rest, which may name addresses and paths, is in no trace. */
function subcommandOf(args: readonly string[]): string {
  let index = 0
  while (args[index]?.startsWith('-')) index += args[index] === '-C' ? 2 : 1
  return args[index] ?? ''
}

function collect(child: ChildProcess) {
  const chunks: Buffer[] = []
  let stderr = ''
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-mostStderr)
  })
  const closed = new Promise<number | null>(resolve => {
    child.once('error', error => {
      stderr += `git could not be started: ${error.message}`
      resolve(null)
    })
    child.once('close', resolve)
  })
  return { closed, stdout: () => Buffer.concat(chunks).toString('utf8'), stderr: () => stderr }
}

/** Ends the scope at the call's deadline, after too long a silence, or when it is aborted; the first cause counts. */
function cutShort(child: ChildProcess, scope: ProcessScope, call: GitCall) {
  let cause: 'time' | 'abort' | undefined
  let ended: Promise<unknown> | undefined
  const end = (why: 'time' | 'abort') => {
    cause ??= why
    ended ??= scope.end()
  }
  const late = () => end('time')
  const abort = () => end('abort')
  const total = setTimeout(late, call.totalMs ?? defaultTotalMs)
  let silence = call.silenceMs === undefined ? undefined : setTimeout(late, call.silenceMs)
  const heard = () => {
    if (silence !== undefined) silence = silence.refresh()
  }
  child.stdout?.on('data', heard)
  child.stderr?.on('data', heard)
  call.signal?.addEventListener('abort', abort)
  return {
    timedOut: () => cause === 'time',
    settled: async () => {
      clearTimeout(total)
      clearTimeout(silence)
      call.signal?.removeEventListener('abort', abort)
      await ended
    },
  }
}
