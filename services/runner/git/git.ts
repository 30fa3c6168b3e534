import { endMarked } from '../../../lib/processes/end-marked.ts'
import { ProcessScope } from '../../../lib/processes/process-scope.ts'
import { withSpan } from '../../../lib/trace.ts'
import { filedGit, type QuickStart } from './filed-git.ts'
import { type GitSurroundings, gitEnvironment } from './git-environment.ts'
import { type StartGit, unstarted } from './git-process.ts'
import { startPiped } from './piped-git.ts'

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
  /** Whether it must not be run again where nobody can tell how it has ended. */
  once?: boolean
  /** The index to work with, where it is not the repository's own. */
  index?: string
  /** How long it may take. */
  totalMs?: number
  /** How long it may say nothing; for calls that report progress. */
  silenceMs?: number
  signal?: AbortSignal
}

const defaultTotalMs = 600_000

/**
 * Runs git: with an environment of its own, a deadline, and an owner. Every call's processes form a scope and are gone
 * before its outcome is told when it was cut short. Rejects with the signal's reason when that aborts.
 */
export class Git implements AsyncDisposable {
  readonly #scope: ProcessScope
  readonly #surroundings: GitSurroundings
  readonly #permit: () => void
  readonly #quickly: readonly StartGit[]

  /**
   * `permit` throws where nothing may be done any more; asked before each call, and before its outcome is told.
   * `within`: the scope that owns all calls as well. `quick`: without, git is always a child of this process.
   */
  constructor(
    surroundings: GitSurroundings,
    permit: () => void = () => undefined,
    within?: ProcessScope,
    quick?: QuickStart,
  ) {
    this.#quickly = quick === undefined ? [] : [filedGit(quick)]
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
    // Whose progress counts has to be heard meanwhile; of a child it can always be told how it has ended.
    const quickly = call.silenceMs === undefined && call.once !== true ? this.#quickly : []
    for (const start of [...quickly, startPiped]) {
      const outcome = await this.#attempt(start, args, call)
      if (outcome !== 'untold') return outcome
    }
    return { kind: 'failed', code: null, stderr: 'nobody can tell how git has ended' }
  }

  /** `untold`: nobody can tell how it ended, if it was started at all; it does not run any more. */
  async #attempt(start: StartGit, args: readonly string[], call: GitCall): Promise<GitOutcome | 'untold'> {
    call.signal?.throwIfAborted()
    this.#permit()
    const scope = new ProcessScope({ graceMs: 1_000, within: this.#scope })
    const cut = cutShort(scope, call)
    const environment = {
      ...gitEnvironment(this.#surroundings, call.transports ?? 'none', call.anonymous),
      ...(call.index === undefined ? {} : { GIT_INDEX_FILE: call.index }),
    }
    const { cwd: directory = process.cwd(), input } = call
    using git = await start(scope, { args, environment, directory, input, heard: cut.heard }).catch(unstarted)
    const code = git === undefined ? 'untold' : await git.ended
    await cut.settled()
    if (code === 'untold') await endMarked(new Set([scope.id]))
    call.signal?.throwIfAborted()
    this.#permit()
    if (git !== undefined && code === 0 && !cut.timedOut()) return { kind: 'done', stdout: git.stdout() }
    const complaint = git?.stderr() ?? ''
    const stderr = this.#surroundings.mask?.(complaint) ?? complaint
    if (cut.timedOut()) return { kind: 'timed_out', stderr }
    return code === 'untold' ? code : { kind: 'failed', code, stderr }
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

/** Ends the scope at the call's deadline, after too long a silence, or when it is aborted; the first cause counts. */
function cutShort(scope: ProcessScope, call: GitCall) {
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
  call.signal?.addEventListener('abort', abort)
  return {
    heard: () => {
      if (silence !== undefined) silence = silence.refresh()
    },
    timedOut: () => cause === 'time',
    settled: async () => {
      clearTimeout(total)
      clearTimeout(silence)
      call.signal?.removeEventListener('abort', abort)
      await ended
    },
  }
}
