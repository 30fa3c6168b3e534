import { connectionSettings } from '../../config/client/connection.ts'
import { type ClientPlace, type ConnectionFlags, loadSettings } from '../../config/client/load.ts'
import { type Settings, tokenName } from '../../config/client/resolve.ts'
import { type Client, createClient } from '../sdk/client.ts'

/**
 * The client of the server that the settings name, made when a tool needs it. The settings are read anew for each call:
 * a server that is started, or started elsewhere, while an agent runs is found.
 */
export class Connections implements AsyncDisposable {
  readonly #place: ClientPlace
  readonly #flags: ConnectionFlags
  readonly #clients = new Map<string, Client>()
  #settings: Settings | undefined

  constructor(place: ClientPlace, flags: ConnectionFlags) {
    this.#place = place
    this.#flags = flags
  }

  /** The token as an error about it calls it. */
  get tokenFrom(): string {
    return tokenName(this.#settings)
  }

  /** Throws a SettingsError where there is no server to speak to. */
  async client(): Promise<Client> {
    this.#settings = await loadSettings(this.#place, this.#flags)
    const settings = await connectionSettings(this.#settings)
    const key = JSON.stringify(settings)
    const known = this.#clients.get(key)
    if (known !== undefined) return known
    const client = createClient(settings)
    this.#clients.set(key, client)
    return client
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#clients.values()].map(client => client[Symbol.asyncDispose]()))
  }
}
