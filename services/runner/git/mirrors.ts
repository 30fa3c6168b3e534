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

export type FetchLimits = {
  /** How long a remote may say nothing. */
  silenceMs: number
  totalMs: number
}

export type Fetched = { ok: true; default_branch: string | null } | { ok: false; failure: RepositoryFailure }

/** Does work on a mirror while no other runner does. Within one runner it is no lock. */
export type Exclusively = <T>(id: RepositoryId, work: () => Promise<T>) => Promise<T>

/** Where a mirror keeps what HEAD of its remote led to, for remotes whose HEAD names no branch. */
export const remoteHeadRef = 'refs/debug-server/head'

/** Branches and tags as the remote has them: moved, made and removed like there. */
const refspecs = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*']

/**
 * One bare mirror a repository. It only ever receives: sessions borrow its objects and write to repositories of their
 * own. Fetches of one repository follow each other; callers that can share one do.
 */
export class Mirrors {
  readonly #git: Git
  readonly #files: DataFiles
  readonly #limits: FetchLimits
  readonly #signal: AbortSignal
  readonly #now: () => number
  readonly #exclusively: Exclusively
  /** The last fetch of each repository, perhaps still under way, and when it began. */
  readonly #fetches = new Map<RepositoryId, { began: number; outcome: Promise<Fetched> }>()
  /** The last work on each mirror. */
  readonly #turns = new Map<RepositoryId, Promise<unknown>>()

  constructor(
    git: Git,
    files: DataFiles,
    limits: FetchLimits,
    now: () => number,
    signal: AbortSignal,
    exclusively: Exclusively,
  ) {
    this.#exclusively = exclusively
    this.#git = git
    this.#files = files
    this.#limits = limits
    this.#now = now
    this.#signal = signal
  }

  exists(id: RepositoryId): boolean {
    return existsSync(this.#files.mirror(id))
  }

  /**
   * Fetches everything, making the mirror where there is none. A fetch that began after `since` will do, if not after now:
   * then the clock was set back, and it may have begun at any time.
   */
  async refresh(repository: RepositoryRow, since: number): Promise<Fetched> {
    for (;;) {
      const last = this.#fetches.get(repository.id)
      if (last === undefined) break
      const outcome = await last.outcome
      if (last.began > since && last.began <= this.#now() && (!outcome.ok || this.exists(repository.id)))
        return outcome
      // Another caller may have begun one meanwhile.
      if (this.#fetches.get(repository.id) === last) break
    }
    const fetch = {
      began: this.#now(),
      outcome: this.#inTurn(repository.id, () => this.#fetchAll(repository)),
    }
    this.#fetches.set(repository.id, fetch)
    try {
      return await fetch.outcome
    } catch (error) {
      this.#fetches.delete(repository.id)
      throw error
    }
  }

  /** Fetches one commit by its whole id, which a remote may refuse. */
  async fetchCommit(repository: RepositoryRow, commit: string): Promise<boolean> {
    const address = parseAddress(repository.url)
    if (!address.allowed) return false
    const mirror = this.#files.mirror(repository.id)
    const outcome = await this.#inTurn(repository.id, () => this.#fetch(mirror, address, [commit]))
    return outcome.kind === 'done'
  }

  /** Does something else with a mirror while nobody fetches into it. */
  alone<T>(id: RepositoryId, work: () => Promise<T>): Promise<T> {
    return this.#inTurn(id, work)
  }

  /** When no fetch is under way any more. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#turns.values())
  }

  /** One after the other within this runner, and while no other runner works on the mirror. */
  async #inTurn<T>(id: RepositoryId, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(id)
    const turn = Promise.allSettled([before]).then(() => this.#exclusively(id, work))
    this.#turns.set(id, turn)
    try {
      return await turn
    } finally {
      if (this.#turns.get(id) === turn) this.#turns.delete(id)
    }
  }

  async #fetchAll(repository: RepositoryRow): Promise<Fetched> {
    const address = parseAddress(repository.url)
    if (!address.allowed) return { ok: false, failure: { reason: 'unreachable', message: address.message } }
    const mirror = this.#files.mirror(repository.id)
    if (!this.exists(repository.id)) return this.#make(mirror, address)
    if (repository.default_branch !== null) return this.#update(mirror, address, refspecs)
    return this.#updateWithHead(mirror, address)
  }

  /** In a directory beside it, renamed when all is there: a mirror that exists is whole. */
  async #make(mirror: string, address: Address & { allowed: true }): Promise<Fetched> {
    const parent = dirname(mirror)
    await mkdir(parent, { recursive: true, mode: 0o700 })
    for (const name of await readdir(parent))
      if (name.startsWith(`${basename(mirror)}.`))
        await rm(join(parent, name), { recursive: true, force: true })
    const draft = `${mirror}.${randomBytes(6).toString('hex')}`
    try {
      await this.#must(['init', '--quiet', '--bare', '--template=', draft])
      // For whoever looks into it with git; the runner names both in every call.
      for (const spec of refspecs)
        await this.#must(['-C', draft, 'config', '--add', 'remote.origin.fetch', spec])
      await this.#must(['-C', draft, 'config', 'remote.origin.url', address.url])
      const fetched = await this.#updateWithHead(draft, address)
      if (fetched.ok) await rename(draft, mirror)
      return fetched
    } finally {
      await rm(draft, { recursive: true, force: true })
    }
  }

  async #updateWithHead(mirror: string, address: Address & { allowed: true }): Promise<Fetched> {
    const looked = await this.#remote(
      ['ls-remote', '--symref', '--end-of-options', address.url, 'HEAD'],
      address,
    )
    if (looked.kind !== 'done') return { ok: false, failure: fetchFailure(looked, this.#files.root) }
    const head = parseRemoteHead(looked.stdout)
    const wanted = head.exists ? [...refspecs, `+HEAD:${remoteHeadRef}`] : refspecs
    const fetched = await this.#update(mirror, address, wanted)
    return fetched.ok ? { ok: true, default_branch: head.exists ? head.branch : null } : fetched
  }

  async #update(mirror: string, address: Address & { allowed: true }, wanted: string[]): Promise<Fetched> {
    const outcome = await this.#fetch(mirror, address, wanted)
    if (outcome.kind !== 'done') return { ok: false, failure: fetchFailure(outcome, this.#files.root) }
    const refs = await this.#must(['-C', mirror, 'for-each-ref', '--count=1'])
    if (refs === '') return { ok: false, failure: { reason: 'empty', message: 'it has no commits yet' } }
    return { ok: true, default_branch: null }
  }

  #fetch(mirror: string, address: Address & { allowed: true }, wanted: string[]): Promise<GitOutcome> {
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
    return this.#remote(['-C', mirror, 'fetch', ...used, '--end-of-options', address.url, ...wanted], address)
  }

  #remote(args: string[], { transports }: Address & { allowed: true }): Promise<GitOutcome> {
    return this.#git.run(args, { transports, ...this.#limits, signal: this.#signal })
  }

  async #must(args: string[]): Promise<string> {
    const outcome = await this.#git.run(args, { signal: this.#signal })
    if (outcome.kind === 'done') return outcome.stdout
    throw new Error(`git ${args.join(' ')} ${outcome.kind}: ${outcome.stderr}`)
  }
}
