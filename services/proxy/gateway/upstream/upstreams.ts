import { isDeepStrictEqual } from 'node:util'
import type { ClientCapabilities } from '@modelcontextprotocol/sdk/types.js'
import type { Logger } from 'pino'
import type { McpSettings, ServerSettings } from '../../../../config/mcp/schema.ts'
import { Sentinel } from '../../../../lib/processes/sentinel.ts'
import { callTime } from '../call-time.ts'
import type { Offer } from '../catalogue/offer.ts'
import { connect } from './connect.ts'
import { type LaunchSurroundings, launchOf } from './launch.ts'
import { Upstream, type UpstreamState } from './upstream.ts'
import { UpstreamError } from './upstream-error.ts'

/** Who uses a server. */
export type User = {
  /** Of the client's connection. */
  readonly session: string
  /** Of the token. */
  readonly client: string
  readonly token: string
  /** What the client can be asked. */
  readonly capabilities: ClientCapabilities
}

export type UpstreamsOptions = Omit<LaunchSurroundings, 'token'> & {
  readonly version: string
  readonly log: Logger
  readonly onOffer: (server: string, offer: Offer) => void
  readonly onResources: (server: string) => void
  /** It has written this to its standard error. */
  readonly onWritten: (server: string, text: string) => void
  readonly onState: (server: string) => void
}

type One = {
  readonly upstream: Upstream
  /** Whose it is, where it is not for everybody. */
  readonly client: string | undefined
  readonly session: string | undefined
}

/** Every process and connection behind the gateway: one of a server for everybody, for each token, or for each session. */
export class Upstreams implements AsyncDisposable {
  readonly #options: UpstreamsOptions
  readonly #sentinel = new Sentinel()
  readonly #all = new Map<string, One>()
  #settings: McpSettings
  #running = 0

  constructor(settings: McpSettings, options: UpstreamsOptions) {
    this.#settings = settings
    this.#options = options
  }

  /** The server that counts for somebody, started or not. */
  of(server: string, user: User): Upstream {
    const settings = this.#settings.servers[server]
    if (settings?.enabled !== true)
      throw new UpstreamError('unavailable', `there is no server ${server} any more`)
    const key = keyOf(server, settings, user)
    const known = this.#all.get(key)
    if (known !== undefined) return known.upstream
    const upstream = this.#create(server, settings, user)
    const { share } = settings
    this.#all.set(key, {
      upstream,
      client: share === 'shared' ? undefined : user.client,
      session: share === 'session' ? user.session : undefined,
    })
    return upstream
  }

  /** Whether a server's tools are gone for somebody, for it has failed too often in a row. */
  isTripped(server: string, user: User): boolean {
    const settings = this.#settings.servers[server]
    return settings !== undefined && this.#all.get(keyOf(server, settings, user))?.upstream.isTripped === true
  }

  /** Of all that there are of it; with a client, of those that it uses: what a server says of another is none of its. */
  states(server: string, client?: string): UpstreamState[] {
    return [...this.#all.values()].flatMap(({ upstream, client: whose }) => {
      const isShown = client === undefined || whose === undefined || whose === client
      return upstream.name === server && isShown ? [upstream.state] : []
    })
  }

  #create(server: string, settings: ServerSettings, user: User): Upstream {
    const { onOffer, onResources, onWritten, onState, log, version, ...surroundings } = this.#options
    const callMs = callTime(settings).longest
    const limits = { startMs: settings.start_seconds * 1_000, idleMs: settings.idle_seconds * 1_000 }
    const upstream = new Upstream(server, limits, {
      enter: () => this.#enter(),
      connect: async hooks =>
        await connect({
          ...hooks,
          launch: launchOf(server, settings, { ...surroundings, token: user.token }),
          ...{ version, callMs, startMs: limits.startMs, sentinel: this.#sentinel },
          answerBytes: settings.answer_bytes,
          onWritten: text => onWritten(server, text),
          capabilities: settings.share === 'session' ? askable(user.capabilities) : everything,
        }),
      onOffer: offer => onOffer(server, offer),
      onResources: () => onResources(server),
      onState: state => {
        const { kind, failures, reason } = state
        if (kind === 'waiting')
          log.warn({ server, failures, reason }, 'a server behind the gateway has failed')
        else log.debug({ server, kind }, 'a server behind the gateway')
        // It can be made anew, and keeps nothing worth the memory.
        if (kind === 'idle' && settings.share !== 'shared') this.#forget(upstream)
        onState(server)
      },
    })
    return upstream
  }

  #forget(upstream: Upstream): void {
    for (const [key, one] of this.#all)
      if (one.upstream === upstream && !upstream.isBusy) this.#all.delete(key)
  }

  #enter(): Disposable {
    const most = this.#settings.gateway.processes
    if (this.#running >= most) {
      const idle = [...this.#all.values()].find(
        ({ upstream: { state, isBusy } }) => state.kind === 'ready' && !isBusy,
      )
      if (idle === undefined)
        throw new UpstreamError(
          'busy',
          `${most} servers are running, all that may at a time (gateway.processes); try again`,
        )
      void idle.upstream.sleep()
    }
    this.#running += 1
    let isTaken = true
    return {
      [Symbol.dispose]: () => {
        if (isTaken) this.#running -= 1
        isTaken = false
      },
    }
  }

  /** Other settings count from now on; servers that they say nothing else of go on. */
  async reconfigure(settings: McpSettings): Promise<void> {
    const before = this.#settings.servers
    this.#settings = settings
    await this.#end(({ upstream: { name } }) => !isDeepStrictEqual(before[name], settings.servers[name]))
  }

  /**
   * A client has gone, and with it the servers that were its own. With the last one of a token those go that do not come up for it:
   * they would be tried again and again for nobody.
   */
  async leave({ session, owner }: { session: string; owner: string }, isLast: boolean): Promise<void> {
    await this.#end(
      one => one.session === session || (isLast && one.client === owner && one.upstream.isTripped),
    )
  }

  /** A token opens nothing any more: what was started for it goes. */
  async revoke(client: string): Promise<void> {
    await this.#end(one => one.client === client)
  }

  async #end(isOver: (one: One) => boolean): Promise<void> {
    const over = [...this.#all].filter(([, one]) => isOver(one))
    for (const [key] of over) this.#all.delete(key)
    await Promise.all(over.map(([, { upstream }]) => upstream[Symbol.asyncDispose]()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end(() => true)
    await this.#sentinel[Symbol.asyncDispose]()
  }
}

function keyOf(server: string, { share }: ServerSettings, user: User): string {
  switch (share) {
    case 'shared':
      return server
    case 'client':
      return `${server} client ${user.client}`
    case 'session':
      return `${server} session ${user.session}`
  }
}

/** What one that several clients use may ask; whether the client can answer it is told as it is asked. */
const everything: ClientCapabilities = { sampling: {}, elicitation: { form: {} }, roots: {} }

const askable = ({ sampling, elicitation, roots }: ClientCapabilities): ClientCapabilities => ({
  ...(sampling === undefined ? {} : { sampling }),
  ...(elicitation === undefined ? {} : { elicitation }),
  ...(roots === undefined ? {} : { roots: {} }),
})
