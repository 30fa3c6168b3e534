import { type ChangeFilter, changesAfter, isWanted, latestPosition } from '../../store/changes.ts'
import type { Store } from '../../store/store.ts'
import type { Changes } from '../changes.ts'
import { SharedLook } from '../live/shared-look.ts'
import { type ToldChange, type ToldChanges, toldChange } from './told-change.ts'

/** The longest pause between two looks at the store, in milliseconds, and how many changes are read at a time. */
const poll = 1_000
export const batch = 100

/** How much is kept for who has not taken it yet, in changes and in characters. */
const mostChanges = 1_000
const mostCharacters = 1_048_576

/**
 * What has changed last, of everybody, read and worded once for all who follow it, each of whom is told what he may see.
 * Who stands before the first that is kept reads by himself until he has caught up, so that a slow follower costs the
 * others nothing.
 */
export class LiveChanges implements AsyncDisposable {
  /** How far has been read. A look ends where there is nothing more. */
  readonly sight: SharedLook<number>
  readonly #store: Store
  readonly #hints: Disposable
  /** In their order: everything behind `#from`, up to `#upTo`. */
  readonly #kept: ToldChange[] = []
  #characters = 0
  #from = 0
  #upTo = 0

  constructor({ store, changes }: { readonly store: Store; readonly changes: Changes }) {
    this.#store = store
    this.sight = new SharedLook({ look: before => this.#look(before), every: poll })
    this.#hints = changes.watch(this.sight.beat)
  }

  /**
   * The first change behind a position that is wanted. Undefined where it is not known here what stands behind that
   * position. Throws what the latest look has thrown.
   */
  after(position: number, wanted: ChangeFilter): ToldChanges | undefined {
    this.sight.latest()
    if (position < this.#from || position > this.#upTo) return undefined
    const next = this.#kept.findLastIndex(change => change.position <= position) + 1
    const first = this.#kept.slice(next).find(change => isWanted(change, wanted))
    return first === undefined
      ? { changes: [], upTo: this.#upTo, more: false }
      : { changes: [first], upTo: first.position, more: true }
  }

  async #look(before: number | undefined): Promise<number> {
    if (before === undefined) return this.#beginAt(await latestPosition(this.#store))
    for (let after = before; ; ) {
      const read = await changesAfter(this.#store, { after, visible: 'all', limit: batch })
      if (!read.known) return this.#beginAt(read.latest)
      for (const change of read.changes) this.#keep(toldChange(change))
      this.#upTo = after = read.upTo
      if (!read.more) return after
    }
  }

  #beginAt(position: number): number {
    this.#kept.length = 0
    this.#characters = 0
    this.#from = this.#upTo = position
    return position
  }

  #keep(change: ToldChange): void {
    this.#kept.push(change)
    this.#characters += change.text.json.length
    while (this.#kept.length > mostChanges || this.#characters > mostCharacters) {
      const first = this.#kept.shift()
      if (first === undefined) return
      this.#characters -= first.text.json.length
      this.#from = first.position
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#hints[Symbol.dispose]()
    await this.sight.settled()
  }
}
