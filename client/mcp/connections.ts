import { type ConnectionSettings, connectionSettings } from '../../config/client/connection.ts'
import { type ClientPlace, type ConnectionFlags, loadSettings } from '../../config/client/load.ts'
import { type Settings, tokenName } from '../../config/client/resolve.ts'
import { settingsStamp } from '../../config/client/settings-stamp.ts'
import { type Client, createClient } from '../sdk/client.ts'

/** How often a request is sent again that the server is too busy for: no model need be asked about that. */
const retries = 3

/**
 * The client of the server that the settings name, made when a tool needs it. Each call looks whether the settings are
 * still what they were: a server that is started, or started elsewhere, while an agent runs is found.
 */
export class Connections implements AsyncDisposable {
  readonly #place: ClientPlace
  readonly #flags: ConnectionFlags
  readonly #userAgent: string
  readonly #clients = new Map<string, Client>()
  #settings: Settings | undefined
  #latest: { readonly stamp: string; readonly client: Client } | undefined

  /**
   * Each agent is a viewer of its own where it debugs, though they have one token. Calls that come one by one, each in a
   * process of its own, are all of `everyCall`: none is kept off by the one before.
   */
  constructor(place: ClientPlace, flags: ConnectionFlags, by: 'agent' | 'everyCall' = 'agent') {
    this.#place = place
    this.#flags = flags
    const mark = by === 'agent' ? crypto.randomUUID().slice(0, 8) : 'calls'
    this.#userAgent = `debug-server-mcp (${mark})`
  }

  /** The token as an error about it calls it. */
  get tokenFrom(): string {
    return tokenName(this.#settings)
  }

  /** Throws a SettingsError where there is no server to speak to. */
  async client(): Promise<Client> {
    const latest = this.#latest
    if (latest !== undefined && latest.stamp === settingsStamp(this.#place, this.#settings))
      return latest.client
    const before = settingsStamp(this.#place, undefined)
    this.#latest = undefined
    this.#settings = await loadSettings(this.#place, this.#flags)
    const stamp = settingsStamp(this.#place, this.#settings)
    const client = this.#clientFor(await connectionSettings(this.#settings))
    // What has changed while it was read is read anew by the next call.
    if (stamp.startsWith(before)) this.#latest = { stamp, client }
    return client
  }

  #clientFor(settings: ConnectionSettings): Client {
    const key = JSON.stringify(settings)
    const client =
      this.#clients.get(key) ?? createClient({ ...settings, userAgent: this.#userAgent, retries })
    this.#clients.set(key, client)
    return client
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#clients.values()].map(client => client[Symbol.asyncDispose]()))
  }
}
