import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { RepositoryId } from '../../contract/ids.ts'
import type { RepositoryFailure } from '../../contract/repository-state.ts'
import type { DataFiles } from '../../store/files.ts'
import type { RepositoryRow } from '../../store/schema.ts'
import { type Address, parseAddress } from './address.ts'
import { fetchFailure } from './fetch-failure.ts'
import type { Git, GitOutcome } from './git.ts'
import { parseRemoteHead } from './remote-head.ts'
import { type Exclusively, RepositoryTurns } from './repository-turns.ts'

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

/** That of a repository which somebody has registered. */
export const mirrorOf = (
  files: DataFiles,
  { id, url, default_branch }: Pick<RepositoryRow, 'id' | 'url' | 'default_branch'>,
): Mirror => ({ repository: id, directory: files.mirror(id), url, default_branch, anonymous: false })

/** Where a mirror keeps what HEAD of its remote led to, for remotes whose HEAD names no branch. */
export const remoteHeadRef = 'refs/debug-server/head'

/** Branches and tags as the remote has them: moved, made and removed like there. */
const refspecs = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*']

/**
 * Mirrors only ever receive: sessions borrow their objects and write to repositories of their own. Fetches into
 * one mirror follow each other; callers that can share one do.
 */
export class Mirrors {
  readonly #git: Git
  /** What no message tells. */
  readonly #privateRoot: string
  readonly #limits: FetchLimits
  readonly #signal: AbortSignal
  readonly #now: () => number
  /** The last fetch into each directory, perhaps still under way, and when it began. */
  readonly #fetches = new Map<string, { began: number; outcome: Promise<Fetched> }>()
  readonly #turns: RepositoryTurns

  constructor(
    git: Git,
    { root }: Pick<DataFiles, 'root'>,
    limits: FetchLimits,
    now: () => number,
    signal: AbortSignal,
    exclusively: Exclusively,
  ) {
    this.#turns = new RepositoryTurns(exclusively)
    this.#git = git
    this.#privateRoot = root
    this.#limits = limits
    this.#now = now
    this.#signal = signal
  }

  /**
   * Fetches everything, making the mirror where there is none. A fetch that began after `since` will do, if not after now:
   * then the clock was set back, and it may have begun at any time.
   */
  async refresh(mirror: Mirror, since: number): Promise<Fetched> {
    const { repository, directory } = mirror
    for (;;) {
      const last = this.#fetches.get(directory)
      if (last === undefined) break
      const outcome = await last.outcome
      if (last.began > since && last.began <= this.#now() && (!outcome.ok || existsSync(directory)))
        return outcome
      // Another caller may have begun one meanwhile.
      if (this.#fetches.get(directory) === last) break
    }
    const fetch = {
      began: this.#now(),
      outcome: this.#turns.into(repository, directory, () => this.#fetchAll(mirror)),
    }
    this.#fetches.set(directory, fetch)
    try {
      return await fetch.outcome
    } catch (error) {
      this.#fetches.delete(directory)
      throw error
    }
  }

  /** Fetches one commit by its whole id, which a remote may refuse. */
  async fetchCommit(mirror: Mirror, commit: string): Promise<boolean> {
    const remote = remoteOf(mirror)
    if (!remote.allowed) return false
    const { repository, directory } = mirror
    const outcome = await this.#turns.into(repository, directory, () =>
      this.#fetch(directory, remote, [commit]),
    )
    return outcome.kind === 'done'
  }

  /** Does something else with the mirrors of a repository while nobody fetches into them. */
  alone<T>(id: RepositoryId, work: () => Promise<T>): Promise<T> {
    return this.#turns.alone(id, work)
  }

  /** When no fetch is under way any more. */
  settled(): Promise<void> {
    return this.#turns.settled()
  }

  async #fetchAll(mirror: Mirror): Promise<Fetched> {
    const remote = remoteOf(mirror)
    if (!remote.allowed) return { ok: false, failure: { reason: 'unreachable', message: remote.message } }
    const { directory, default_branch } = mirror
    if (!existsSync(directory)) return this.#make(directory, remote)
    if (default_branch !== null) return this.#update(directory, remote, refspecs)
    return this.#updateWithHead(directory, remote)
  }

  /** In a directory beside it, renamed when all is there: a mirror that exists is whole. */
  async #make(directory: string, remote: Remote): Promise<Fetched> {
    const parent = dirname(directory)
    await mkdir(parent, { recursive: true, mode: 0o700 })
    for (const name of await readdir(parent))
      if (name.startsWith(`${basename(directory)}.`))
        await rm(join(parent, name), { recursive: true, force: true })
    const draft = `${directory}.${randomBytes(6).toString('hex')}`
    try {
      await this.#must(['init', '--quiet', '--bare', '--template=', draft])
      // For whoever looks into it with git; the runner names both in every call.
      for (const spec of refspecs)
        await this.#must(['-C', draft, 'config', '--add', 'remote.origin.fetch', spec])
      await this.#must(['-C', draft, 'config', 'remote.origin.url', remote.url])
      const fetched = await this.#updateWithHead(draft, remote)
      if (fetched.ok) await rename(draft, directory)
      return fetched
    } finally {
      await rm(draft, { recursive: true, force: true })
    }
  }

  async #updateWithHead(directory: string, remote: Remote): Promise<Fetched> {
    const looked = await this.#remote(
      ['ls-remote', '--symref', '--end-of-options', remote.url, 'HEAD'],
      remote,
    )
    if (looked.kind !== 'done') return { ok: false, failure: fetchFailure(looked, this.#privateRoot) }
    const head = parseRemoteHead(looked.stdout)
    const wanted = head.exists ? [...refspecs, `+HEAD:${remoteHeadRef}`] : refspecs
    const fetched = await this.#update(directory, remote, wanted)
    return fetched.ok ? { ok: true, default_branch: head.exists ? head.branch : null } : fetched
  }

  async #update(directory: string, remote: Remote, wanted: string[]): Promise<Fetched> {
    const outcome = await this.#fetch(directory, remote, wanted)
    if (outcome.kind !== 'done') return { ok: false, failure: fetchFailure(outcome, this.#privateRoot) }
    const refs = await this.#must(['-C', directory, 'for-each-ref', '--count=1'])
    if (refs === '') return { ok: false, failure: { reason: 'empty', message: 'it has no commits yet' } }
    return { ok: true, default_branch: null }
  }

  #fetch(directory: string, remote: Remote, wanted: string[]): Promise<GitOutcome> {
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
    )
  }

  #remote(args: string[], { transports, anonymous }: Remote): Promise<GitOutcome> {
    return this.#git.run(args, { transports, anonymous, ...this.#limits, signal: this.#signal })
  }

  async #must(args: string[]): Promise<string> {
    const outcome = await this.#git.run(args, { signal: this.#signal })
    if (outcome.kind === 'done') return outcome.stdout
    throw new Error(`git ${args.join(' ')} ${outcome.kind}: ${outcome.stderr}`)
  }
}

/** An address that may be used, and whether as nobody. */
type Remote = Address & { allowed: true; anonymous: boolean }

function remoteOf({ url, anonymous }: Mirror): Remote | (Address & { allowed: false }) {
  const address = parseAddress(url)
  return address.allowed ? { ...address, anonymous } : address
}
