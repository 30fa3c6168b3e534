import { Roll } from '../../../lib/roll.ts'
import type { CredentialId } from '../../contract/ids.ts'
import { type Credential, getCredential } from '../../store/credentials.ts'
import type { Store } from '../../store/store.ts'

/** The pause between two looks at a token or sign-in, in milliseconds. */
const pause = 800

type Watcher = (credential: Credential | undefined) => void

/** Looks at the tokens and sign-ins of open streams again and again: at each of them once, however many streams it has opened. */
export class CredentialWatch {
  readonly #store: Store
  readonly #watchers = new Map<CredentialId, Roll<Watcher>>()
  /** Until the next look; undefined during one, and while nobody watches. */
  #timer: NodeJS.Timeout | undefined
  #isLooking = false

  constructor(store: Store) {
    this.#store = store
  }

  /** Calls `watcher` with each look until disposed; undefined: there is nothing such any more. */
  watch(id: CredentialId, watcher: Watcher): Disposable {
    let watchers = this.#watchers.get(id)
    if (watchers === undefined) {
      watchers = new Roll()
      this.#watchers.set(id, watchers)
    }
    this.#plan()
    return watchers.enter(watcher)
  }

  /** One loop at most: a look that is under way plans the next one itself. */
  #plan(): void {
    if (this.#isLooking || this.#watchers.size === 0) return
    this.#timer ??= setTimeout(this.#look, pause).unref()
  }

  readonly #look = async (): Promise<void> => {
    this.#timer = undefined
    this.#isLooking = true
    for (const [id, watchers] of [...this.#watchers]) {
      // Not as the last one leaves: most watch for less than one turn, and the next comes at once.
      if (watchers.size === 0) {
        this.#watchers.delete(id)
        continue
      }
      try {
        const credential = await getCredential(this.#store, id)
        for (const watcher of watchers.members()) watcher(credential)
      } catch {
        // A store that cannot be read now is read at the next look; who follows rows in it is told by those.
      }
    }
    this.#isLooking = false
    this.#plan()
  }
}
