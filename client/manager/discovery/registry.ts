import { type Dispatcher, EnvHttpProxyAgent } from 'undici'
import { z } from 'zod'
import { proxiesOf } from '../../../lib/proxies.ts'
import { UserError } from '../../../lib/user-error.ts'
import { entrySchema } from '../descriptor/entry.ts'
import { unwrapped } from './catalog-file.ts'
import type { Found } from './discovered.ts'
import { fetchJson } from './fetch-json.ts'

/** How long a search may take in all, in milliseconds; how long a page of its answer may be, and how many are asked for. */
const usualDeadline = 30_000
const longestPage = 4_194_304
const mostPages = 10
const pageSize = 100

const pageSchema = z.object({
  servers: z.array(z.unknown()).max(1_000),
  metadata: z
    .object({ nextCursor: z.string().max(2_000).nullish(), next_cursor: z.string().max(2_000).nullish() })
    .default({}),
})
const statusSchema = z.object({
  _meta: z.object({
    'io.modelcontextprotocol.registry/official': z.object({ status: z.string() }),
  }),
})

export type RegistryOptions = {
  /** Its address, without `/v0/servers`. */
  readonly url: string
  /** Certificates in PEM that it may be signed by, in place of the usual ones. */
  readonly ca: string | undefined
  /** Where it says through which proxy, if any. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  /** How long a search may take in all, in milliseconds. */
  readonly deadlineMs?: number
}

export type Search = { readonly found: readonly Found[]; readonly warnings: readonly string[] }

const loopback = ['127.0.0.1', 'localhost', '[::1]']

/** Asks an MCP registry (`GET /v0/servers`) for the latest versions of servers that have a word in their name or description. */
export async function searchRegistry(
  word: string,
  most: number,
  { url, ca, environment, signal, deadlineMs: deadline = usualDeadline }: RegistryOptions,
): Promise<Search> {
  const base = URL.parse(url)
  if (
    base === null ||
    !(base.protocol === 'https:' || (base.protocol === 'http:' && loopback.includes(base.hostname)))
  )
    throw new UserError(`manager.registry "${url}": expected an https address`)
  const tls = { timeout: 10_000, ...(ca === undefined ? {} : { ca }) }
  const proxies = proxiesOf(environment)
  await using dispatcher = disposable(
    new EnvHttpProxyAgent({
      // The signal ends what takes too long, whatever it waits for.
      ...{ headersTimeout: 0, bodyTimeout: 0, maxResponseSize: longestPage + 1 },
      // Never undefined, or undici would read this process's own environment.
      ...{ httpProxy: proxies.http, httpsProxy: proxies.https, noProxy: proxies.except },
      ...{ connect: tls, requestTls: tls, proxyTls: { timeout: 10_000 } },
    }),
  )
  const options = {
    dispatcher: dispatcher.agent,
    most: longestPage,
    signal: AbortSignal.any([signal, AbortSignal.timeout(deadline)]),
  }
  const found: Found[] = []
  const warnings: string[] = []
  const seen = new Set<string>()
  let left = 0
  let cursor: string | undefined
  for (let page = 0; page < mostPages; page++) {
    const address = new URL(`${base.pathname.replace(/\/+$/, '')}/v0/servers`, base)
    address.searchParams.set('search', word)
    address.searchParams.set('version', 'latest')
    address.searchParams.set('limit', String(Math.min(pageSize, most)))
    if (cursor !== undefined) address.searchParams.set('cursor', cursor)
    const parsed = pageSchema.safeParse(await fetchJson(address, options))
    if (!parsed.success)
      throw new UserError(`${address.origin}${address.pathname}: its answer is none of an MCP registry`)
    for (const one of parsed.data.servers) {
      const status =
        statusSchema.safeParse(one).data?._meta['io.modelcontextprotocol.registry/official'].status
      if (status === 'deleted') continue
      const entry = entrySchema.safeParse(unwrapped(one))
      if (!entry.success) left += 1
      else found.push({ from: { kind: 'registry', url: base.origin }, entry: entry.data })
      if (entry.success && status === 'deprecated') warnings.push(`${entry.data.name} is deprecated`)
    }
    const { nextCursor, next_cursor: older } = parsed.data.metadata
    const next = nextCursor ?? older ?? undefined
    if (next === undefined || next === '' || found.length >= most) break
    // One that leads in a circle would be asked for ever.
    if (seen.has(next)) {
      warnings.push(`${base.origin} led in a circle: there may be more`)
      break
    }
    seen.add(next)
    cursor = next
  }
  if (left > 0) warnings.push(`${left} of its servers are left out: they are none that can be read`)
  return { found: found.slice(0, most), warnings }
}

const disposable = (agent: Dispatcher) => ({ agent, [Symbol.asyncDispose]: () => agent.destroy() })
