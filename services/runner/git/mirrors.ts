import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Logger } from 'pino'
import type { RepositoryId } from '../../contract/ids.ts'
import type { RepositoryFailure } from '../../contract/repository-state.ts'
import type { DataFiles } from '../../store/files.ts'
import type { RepositoryRow } from '../../store/schema.ts'
import { abortable } from '../abortable.ts'
import { type Address, parseAddress } from './address.ts'
import { fetchFailure } from './fetch-failure.ts'
import type { Git, GitOutcome } from './git.ts'
import { removeLeftovers } from './leftovers.ts'
import { parseRemoteHead } from './remote-head.ts'
import { type Exclusively, RepositoryTurns } from './repository-turns.ts'
import { SharedFetches } from './shared-fetches.ts'

export type FetchLimits = {
  /** How long a remote may say nothing. */
  silenceMs: number
  totalMs: number
}

export type Fetched = { ok: true; default_branch: string | null } | { ok: false; failure: RepositoryFailure }

/** A bare repository that has what another has. */
export type Mirror = {
  /** Whose it is: under its lease the mirror is fetched. */
  readonly repository: RepositoryId
  readonly directory: string
  readonly url: string
  /** Null: the remote is asked. */
  readonly default_branch: string | null
  /** Whether the remote is told nothing about this server. */
  readonly anonymous: boolean
}

/** What is needed of it where its remote is not asked. */
export type MirrorPlace = Pick<Mirror, 'repository' | 'directory'>

/** That of a repository which somebody has registered. */
export const mirrorOf = (
  files: DataFiles,
  { id, url, default_branch }: Pick<RepositoryRow, 'id' | 'url' | 'default_branch'>,
): Mirror => ({ repository: id, directory: files.mirror(id), url, default_branch, anonymous: false })

/** Where a mirror keeps what HEAD of its remote led to, for remotes whose HEAD names no branch. */
export const remoteHeadRef = 'refs/debug-server/head'

/** Branches and tags as the remote has them: moved, made and removed like there. */
const refspecs = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*']

export type MirrorDependencies = {
  git: Pick<Git, 'run'>
  /** What no message tells. */
  privateRoot: string
  limits: FetchLimits
  now: () => number
  /** Ends every fetch. */
  ending: AbortSignal
  exclusively: Exclusively
  log: Pick<Logger, 'warn'>
}

/**
 * Mirrors only ever receive: sessions borrow their objects and write to repositories of their own. Fetches into
 * one mirror follow each other; callers that can share one do.
 */
export class Mirrors {
  readonly #deps: MirrorDependencies
  readonly #turns: RepositoryTurns
  readonly #fetches: SharedFetches<Fetched>

  constructor(deps: MirrorDependencies) {
    this.#deps = deps
    this.#turns = new RepositoryTurns(deps.exclusively)
    this.#fetches = new SharedFetches(deps.now)
  }

  /**
   * Fetches everything, making the mirror where there is none. A fetch that began after `since` will do. Once nobody waits for
   * one any more, it is ended.
   */
  refresh(mirror: Mirror, since: number, signal: AbortSignal): Promise<Fetched> {
    const { repository, directory } = mirror
    const begin = (ending: AbortSignal) =>
      this.#turns.into(repository, directory, () => this.#fetchAll(mirror, this.#until(ending)))
    const holds = (outcome: Fetched) => !outcome.ok || existsSync(directory)
    return this.#fetches.obtain(directory, since, { begin, holds }, signal)
  }

  /** Fetches one commit by its whole id, which a remote may refuse. */
  async fetchCommit(mirror: Mirror, commit: string, signal: AbortSignal): Promise<boolean> {
    const remote = remoteOf(mirror)
    if (!remote.allowed) return false
    const { repository, directory } = mirror
    const fetched = this.#turns.into(repository, directory, () =>
      this.#fetch(directory, remote, [commit], this.#until(signal)),
    )
    return (await abortable(fetched, signal)).kind === 'done'
  }

  /**
   * Runs git on a mirror, beside what is fetched into it. Where that fails, and a git that was killed had left something there,
   * it is run again without that.
   */
  async run(
    { repository, directory }: MirrorPlace,
    args: readonly string[],
    signal?: AbortSignal,
  ): Promise<GitOutcome> {
    const run = () => this.#deps.git.run(['-C', directory, ...args], signal === undefined ? {} : { signal })
    const outcome = await run()
    if (outcome.kind !== 'failed') return outcome
    const tidied = await this.#turns.into(repository, directory, () => this.#tidy(directory))
    return tidied ? await run() : outcome
  }

  /** Does something else with the mirrors of a repository while nobody fetches into them. */
  alone<T>(id: RepositoryId, work: () => Promise<T>): Promise<T> {
    return this.#turns.alone(id, work)
  }

  /** When no fetch is under way any more. */
  settled(): Promise<void> {
    return this.#turns.settled()
  }

  async #fetchAll(mirror: Mirror, signal: AbortSignal): Promise<Fetched> {
    const remote = remoteOf(mirror)
    if (!remote.allowed) return { ok: false, failure: { reason: 'unreachable', message: remote.message } }
    const { directory, default_branch } = mirror
    if (!existsSync(directory)) return this.#make(directory, remote, signal)
    await this.#tidy(directory)
    if (default_branch !== null) return this.#update(directory, remote, refspecs, signal)
    return this.#updateWithHead(directory, remote, signal)
  }

  /** In a directory beside it, renamed when all is there: a mirror that exists is whole. */
  async #make(directory: string, remote: Remote, signal: AbortSignal): Promise<Fetched> {
    const parent = dirname(directory)
    await mkdir(parent, { recursive: true, mode: 0o700 })
    for (const name of await readdir(parent))
      if (name.startsWith(`${basename(directory)}.`))
        await rm(join(parent, name), { recursive: true, force: true })
    const draft = `${directory}.${randomBytes(6).toString('hex')}`
    try {
      await this.#must(['init', '--quiet', '--bare', '--template=', draft], signal)
      // For whoever looks into it with git; the runner names both in every call.
      for (const spec of refspecs)
        await this.#must(['-C', draft, 'config', '--add', 'remote.origin.fetch', spec], signal)
      await this.#must(['-C', draft, 'config', 'remote.origin.url', remote.url], signal)
      const fetched = await this.#updateWithHead(draft, remote, signal)
      if (fetched.ok) await rename(draft, directory)
      return fetched
    } finally {
      await rm(draft, { recursive: true, force: true })
    }
  }

  async #updateWithHead(directory: string, remote: Remote, signal: AbortSignal): Promise<Fetched> {
    const looked = await this.#remote(
      ['ls-remote', '--symref', '--end-of-options', remote.url, 'HEAD'],
      remote,
      signal,
    )
    if (looked.kind !== 'done') return this.#failed(looked)
    const head = parseRemoteHead(looked.stdout)
    const wanted = head.exists ? [...refspecs, `+HEAD:${remoteHeadRef}`] : refspecs
    const fetched = await this.#update(directory, remote, wanted, signal)
    return fetched.ok ? { ok: true, default_branch: head.exists ? head.branch : null } : fetched
  }

  async #update(directory: string, remote: Remote, wanted: string[], signal: AbortSignal): Promise<Fetched> {
    const outcome = await this.#fetch(directory, remote, wanted, signal)
    if (outcome.kind !== 'done') return this.#failed(outcome)
    const refs = await this.#must(['-C', directory, 'for-each-ref', '--count=1'], signal)
    if (refs === '') return { ok: false, failure: { reason: 'empty', message: 'it has no commits yet' } }
    return { ok: true, default_branch: null }
  }

  #fetch(directory: string, remote: Remote, wanted: string[], signal: AbortSignal): Promise<GitOutcome> {
    const options = [
      '--progress', // what tells a slow remote from a dead one
      '--prune',
      '--force',
      '--no-tags', // those wanted are named
      '--no-write-fetch-head',
      '--no-recurse-submodules',
      '--no-auto-maintenance',
      '--update-shallow', // a clone of limited depth may be registered
    ]
    // Without wildcards there is nothing to prune.
    const used = wanted.some(spec => spec.includes('*'))
      ? options
      : options.filter(option => option !== '--prune')
    return this.#remote(
      ['-C', directory, 'fetch', ...used, '--end-of-options', remote.url, ...wanted],
      remote,
      signal,
    )
  }

  #remote(args: string[], { transports, anonymous }: Remote, signal: AbortSignal): Promise<GitOutcome> {
    return this.#deps.git.run(args, { transports, anonymous, ...this.#deps.limits, signal })
  }

  async #must(args: string[], signal: AbortSignal): Promise<string> {
    const outcome = await this.#deps.git.run(args, { signal })
    if (outcome.kind === 'done') return outcome.stdout
    throw new Error(`git ${args.join(' ')} ${outcome.kind}: ${outcome.stderr}`)
  }

  /** Takes away what a git that was killed has left. Only in turn. */
  async #tidy(mirror: string): Promise<boolean> {
    const names = await removeLeftovers(mirror)
    if (names.length === 0) return false
    this.#deps.log.warn({ mirror, names }, 'what a git that was killed had left in a mirror is removed')
    return true
  }

  #failed(outcome: Exclude<GitOutcome, { kind: 'done' }>): Fetched {
    return { ok: false, failure: fetchFailure(outcome, this.#deps.privateRoot) }
  }

  #until(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([this.#deps.ending, signal])
  }
}

/** An address that may be used, and whether as nobody. */
type Remote = Address & { allowed: true; anonymous: boolean }

function remoteOf({ url, anonymous }: Mirror): Remote | (Address & { allowed: false }) {
  const address = parseAddress(url)
  return address.allowed ? { ...address, anonymous } : address
}
