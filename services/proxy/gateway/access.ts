import type { IncomingMessage } from 'node:http'
import type { GatewaySettings } from '../../../config/mcp/schema.ts'
import type { Clock } from '../../../lib/clock.ts'
import type { Refusal } from '../../../lib/mcp/refuse.ts'
import { networkOf } from '../../../lib/network-of.ts'
import { oncePer } from '../../../lib/once-per.ts'
import { RateLimit } from '../../../lib/rate-limit.ts'
import { bearerToken } from '../../contract/bearer.ts'
import type { TokenId, UserId } from '../../contract/ids.ts'
import { grants, type Scope } from '../../contract/scopes.ts'
import { admits } from '../../contract/user-role.ts'
import { type Credential, credentialBySecret, getCredential } from '../../store/credentials.ts'
import { mcpServersOf, scopesOf } from '../../store/rows.ts'
import type { Store } from '../../store/store.ts'

/** Who may use the gateway, and with what. */
export type Caller = {
  /** The id of the token. */
  readonly owner: TokenId
  readonly user: UserId
  readonly address: string | null
  readonly token: string
  /** Whether the token opens a server. */
  readonly mayUse: (server: string) => boolean
  readonly holds: (scope: Scope) => boolean
}

export type Admission =
  | { readonly ok: true; readonly caller: Caller }
  | { readonly ok: false; readonly refusal: Refusal }

export type AccessOptions = {
  readonly store: Store
  readonly clock: Clock
  /** How many requests without a valid token one address may send within a minute. */
  readonly refusedPerMinute: number
}

const loopback = ['127.0.0.1', 'localhost', '[::1]']

/**
 * Who asks. A page in a browser can reach a loopback address, also by a name of its own that it has made to point there: so
 * Host has to be one of ours, and where there is an Origin, that as well. Only then does the token count.
 */
export class Access {
  readonly #options: AccessOptions
  readonly #refused: RateLimit

  constructor(options: AccessOptions) {
    this.#options = options
    this.#refused = new RateLimit({ perMinute: options.refusedPerMinute })
  }

  /** Whether a token that was admitted would be now. */
  async stillAdmits(token: TokenId): Promise<boolean> {
    const { store, clock } = this.#options
    const credential = await getCredential(store, token)
    return isGood(credential, clock.now()) && opensGateway(credential)
  }

  async admit(
    { headers }: Pick<IncomingMessage, 'headers'>,
    {
      host,
      address,
      settings,
    }: { host: string | undefined; address: string | undefined; settings: GatewaySettings },
  ): Promise<Admission> {
    const name = (host ?? '').toLowerCase().replace(/:\d*$/, '')
    if (!loopback.includes(name) && !settings.hosts.includes(name))
      return refused(403, 'this server is not called by this Host: see gateway.hosts in config/mcp.toml')
    const { origin } = headers
    if (origin !== undefined && !settings.origins.includes(origin.toLowerCase()))
      return refused(
        403,
        'pages of this Origin may not use this server: see gateway.origins in config/mcp.toml',
      )
    const { store, clock } = this.#options
    const now = clock.now()
    const network = networkOf(address ?? '')
    const token = bearerToken(headers.authorization)
    const credential = token === undefined ? undefined : await credentialBySecret(store, token)
    if (token === undefined || !isGood(credential, now)) {
      const { exceeded, resetSeconds } = this.#refused.take(network, now)
      if (exceeded)
        return refused(429, `too many requests without a valid token: wait ${resetSeconds} seconds`, {
          'retry-after': `${resetSeconds}`,
        })
      const why = token === undefined ? 'send a token: Authorization: Bearer …' : 'this token is not valid'
      return refused(401, why, {
        'www-authenticate': `Bearer realm="debug-server"${token === undefined ? '' : ', error="invalid_token"'}`,
      })
    }
    const scopes = scopesIn(credential)
    if (!opensGateway(credential))
      return refused(403, 'this needs a token with the scope mcp', {
        'www-authenticate': 'Bearer realm="debug-server", error="insufficient_scope", scope="mcp"',
      })
    const servers = mcpServersOf(credential)
    const mayUse = (server: string) => servers === null || servers.includes(server)
    return {
      ok: true,
      caller: {
        ...{ owner: credential.id, user: credential.user_id, address: address ?? null, token, mayUse },
        holds: scope => grants(scopes, scope),
      },
    }
  }
}

type Token = Extract<Credential, { kind: 'token' }>

const isGood = (credential: Credential | undefined, now: number): credential is Token =>
  credential?.kind === 'token' &&
  credential.revoked_at === null &&
  credential.user_disabled_at === null &&
  (credential.expires_at === null || Date.parse(credential.expires_at) > now)

const scopesIn = oncePer((token: Token): readonly Scope[] =>
  scopesOf(token).filter(scope => admits(token.user_role, scope)),
)

const opensGateway = (token: Token): boolean => grants(scopesIn(token), 'mcp') && token.viewer_of === null

const refused = (
  status: Refusal['status'],
  message: string,
  headers: Record<string, string> = {},
): Admission => ({
  ok: false,
  refusal: { status, message, headers },
})
