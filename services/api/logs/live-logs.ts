import type { CommandId, SessionId } from '../../contract/ids.ts'
import type { CommandRow } from '../../store/schema.ts'
import { LiveCommand, type LiveDependencies } from './live-command.ts'
import { LiveSession } from './live-session.ts'
import { TokenWatch } from './token-watch.ts'

/** What followers share: each is made for the first and ended with the last of those who follow the same. */
export class LiveLogs {
  readonly tokens: TokenWatch
  readonly #deps: LiveDependencies
  readonly #commands = new SharedByKey<CommandId, LiveCommand>()
  readonly #sessions = new SharedByKey<SessionId, LiveSession>()
  /** How many logs are being read, live or not; what tests look at to see that nothing is left behind. */
  readers = 0

  constructor(deps: LiveDependencies) {
    this.#deps = deps
    this.tokens = new TokenWatch(deps.store)
  }

  command(row: CommandRow): Shared<LiveCommand> {
    return this.#commands.take(row.id, () => new LiveCommand(this.#deps, row))
  }

  session(id: SessionId): Shared<LiveSession> {
    return this.#sessions.take(id, () => new LiveSession(this.#deps, id))
  }

  /** How many commands are followed, by however many. */
  get commandsFollowed(): number {
    return this.#commands.size
  }
}

export type Shared<T> = AsyncDisposable & { readonly value: T }

class SharedByKey<Key, T extends AsyncDisposable> {
  readonly #byKey = new Map<Key, { readonly value: T; users: number }>()

  get size(): number {
    return this.#byKey.size
  }

  take(key: Key, make: () => T): Shared<T> {
    const entry = this.#byKey.get(key) ?? { value: make(), users: 0 }
    this.#byKey.set(key, entry)
    entry.users++
    return {
      value: entry.value,
      [Symbol.asyncDispose]: async () => {
        if (--entry.users > 0) return
        // At once, so that whoever comes from now on makes another.
        this.#byKey.delete(key)
        await entry.value[Symbol.asyncDispose]()
      },
    }
  }
}
