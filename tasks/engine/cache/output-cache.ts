import { existsSync } from 'node:fs'
import { discard } from './discard.ts'
import { ObjectStore } from './object-store.ts'
import { Places } from './places.ts'
import { type Pruned, prune } from './prune.ts'
import { refusal } from './refusal.ts'
import { type Restored, type RestoreTo, restoreOutputs } from './restore-outputs.ts'
import { SizeEstimate } from './size-estimate.ts'
import { type Outputs, storeOutputs } from './store-outputs.ts'

export type Stored = { readonly kind: 'stored' } | { readonly kind: 'failed'; readonly why: string }

export interface OutputCacheOptions {
  /** The sum of the sizes of all files in it. Default: 2 GiB. */
  readonly maxBytes?: number
  readonly now?: () => number
}

/** Pruning goes down to this part of the bound, or the next store would have to prune again. */
const roomy = 0.8

/** By this part of the bound a process may exceed it unnoticed; it is spared two accesses to files at each store. */
const step = 1 / 1024

/** So long no store prunes after one that could not free enough: what was stored within a minute has to stay. */
const futileMs = 10_000

/**
 * What tasks have made, by the fingerprint of what they made it from; local, and bounded. Any number of processes use
 * one directory at once, without locks, and may be killed anywhere: what is restored is whole and verified, or it is a
 * miss. Content is private to the owner of the directory, for outputs may hold secrets.
 *
 * It does not decide what an output is, compute fingerprints, read results, or sync to the disk: after a power cut an
 * entry may be damaged, which is found when it is restored.
 */
export class OutputCache {
  readonly #places: Places
  readonly #objects: ObjectStore
  readonly #estimate: SizeEstimate
  readonly #maxBytes: number
  readonly #now: () => number
  #futileAt: number | undefined

  /** Touches nothing. The directory is made when something is stored. */
  constructor(directory: string, { maxBytes = 2 * 1024 ** 3, now = Date.now }: OutputCacheOptions = {}) {
    this.#places = new Places(directory)
    this.#objects = new ObjectStore(this.#places, now)
    this.#estimate = new SizeEstimate(this.#places, maxBytes * step)
    this.#maxBytes = maxBytes
    this.#now = now
  }

  /** Throws only for bugs; that the system refuses, or that an output changes meanwhile, is an outcome. */
  async store(outputs: Outputs): Promise<Stored> {
    const parts = { places: this.#places, objects: this.#objects, now: this.#now }
    const put = await storeOutputs(parts, outputs)
    if (put.kind === 'failed') return put
    try {
      const bytes = this.#estimate.add(put.bytes) ?? 0
      if (bytes > this.#maxBytes && !this.#isFutile()) await this.#makeRoom()
    } catch (error) {
      // It is stored, which was the question. The next store sees to the bound.
      refusal(error)
    }
    return { kind: 'stored' }
  }

  /** Whether there is an entry, by one look at its name: it may still turn out to be damaged. */
  has(fingerprint: string): boolean {
    return existsSync(this.#places.entry(fingerprint))
  }

  /**
   * Brings the outputs to where they belong, and removes `stale` ones. All of it is verified before any is touched.
   * Throws only for bugs.
   */
  restore(fingerprint: string, to: RestoreTo): Promise<Restored> {
    return restoreOutputs({ places: this.#places, now: this.#now }, fingerprint, to)
  }

  /** Its objects stay until prune comes by. */
  forget(fingerprint: string): void {
    discard(this.#places.entry(fingerprint))
  }

  /** Throws where the system refuses. */
  async prune({ maxBytes = this.#maxBytes }: { readonly maxBytes?: number } = {}): Promise<Pruned> {
    const pruned = await prune(this.#places, { maxBytes, now: this.#now() })
    if (existsSync(this.#places.entries)) this.#estimate.set(pruned.bytes)
    return pruned
  }

  async #makeRoom(): Promise<void> {
    const counted = await this.prune({ maxBytes: this.#maxBytes * roomy })
    this.#futileAt = counted.bytes > this.#maxBytes ? this.#now() : undefined
  }

  /** A clock that was set back does not put it off for longer. */
  #isFutile(): boolean {
    return this.#futileAt !== undefined && Math.abs(this.#now() - this.#futileAt) < futileMs
  }
}
