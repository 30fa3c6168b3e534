import type { CommandId, SessionId } from '../../contract/ids.ts'
import type { CommandRow } from '../../store/schema.ts'
import { LiveChanges } from '../events/live-changes.ts'
import { LiveCommand, type LiveDependencies } from '../logs/live-command.ts'
import { LiveSession } from '../logs/live-session.ts'
import { CredentialWatch } from './credential-watch.ts'
import { type Shared, SharedByKey } from './shared-by-key.ts'

/** What followers share: each is made for the first and ended with the last of those who follow the same. */
export class Live {
  readonly credentials: CredentialWatch
  readonly #deps: LiveDependencies
  readonly #commands = new SharedByKey<CommandId, LiveCommand>()
  readonly #sessions = new SharedByKey<SessionId, LiveSession>()
  readonly #changes = new SharedByKey<'all', LiveChanges>()
  /** How many read logs, live or not, or follow changes; what tests look at to see that nothing is left behind. */
  readers = 0

  constructor(deps: LiveDependencies) {
    this.#deps = deps
    this.credentials = new CredentialWatch(deps.store)
  }

  command(row: CommandRow): Shared<LiveCommand> {
    return this.#commands.take(row.id, () => new LiveCommand(this.#deps, row))
  }

  session(id: SessionId): Shared<LiveSession> {
    return this.#sessions.take(id, () => new LiveSession(this.#deps, id))
  }

  changes(): Shared<LiveChanges> {
    return this.#changes.take('all', () => new LiveChanges(this.#deps))
  }

  /** How many commands are followed, by however many. */
  get commandsFollowed(): number {
    return this.#commands.size
  }
}
