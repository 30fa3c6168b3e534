import { parseBaseUrl } from '../../lib/base-url.ts'
import type { ConfigFile } from './config-file.ts'

/** Where a setting comes from, in the order in which they are asked. */
export type Source = 'flag' | 'environment' | 'clone' | 'file' | 'own clone'

export type Sourced<Value> = { readonly value: Value; readonly source: Source }

export type Clone = {
  /** The server's addresses; the first is the one to use, the others are the same server. */
  readonly urls: readonly string[]
  readonly token: string | undefined
}

/** Everything that could be said about the server, by who says it. */
export type Sources = {
  readonly flags: ConfigFile
  readonly environment: ConfigFile
  /** The clone that one stands in. */
  readonly clone: Clone | undefined
  readonly file: ConfigFile | undefined
  /** The clone that this program belongs to, when one stands elsewhere. */
  readonly ownClone: Clone | undefined
}

export type Settings = {
  readonly baseUrl: Sourced<string> | undefined
  readonly token: Sourced<string> | undefined
  readonly ca: Sourced<string> | undefined
  readonly insecure: Sourced<boolean> | undefined
}

type Found = { readonly source: Source; readonly urls: readonly string[]; readonly values: ConfigFile }

/**
 * Flag, then environment, then what is found in files. Flags and variables combine with anything: whoever gives them
 * means this very call. A token and TLS settings that were only found belong to the server that they were kept for, and
 * go to no other: naming another server by flag or variable does not send it the token of this one.
 */
export function resolveSettings({ flags, environment, clone, file, ownClone }: Sources): Settings {
  const given: readonly Found[] = [
    { source: 'flag', urls: [], values: flags },
    { source: 'environment', urls: [], values: environment },
  ]
  const found: readonly Found[] = [
    ofClone('clone', clone),
    file?.base_url === undefined
      ? undefined
      : { source: 'file' as const, urls: [file.base_url], values: file },
    ofClone('own clone', ownClone),
  ].filter(one => one !== undefined)

  const baseUrl = pick([...given, ...found], 'base_url')
  const place = found.find(({ urls }) =>
    urls.some(url => baseUrl !== undefined && sameServer(url, baseUrl.value)),
  )
  const all = place === undefined ? given : [...given, place]
  const ca = pick(all, 'ca')
  const insecure = pick(all, 'insecure')
  // `--ca` for a server that was once configured as insecure means: verify.
  const caIsNearer = ca !== undefined && insecure !== undefined && rank(ca.source) < rank(insecure.source)
  return { baseUrl, token: pick(all, 'token'), ca, insecure: caIsNearer ? undefined : insecure }
}

/** The token as an error about it calls it: by where it was found. */
export function tokenName(settings: Settings | undefined): string {
  switch (settings?.token?.source) {
    case undefined:
      return 'the token'
    case 'flag':
      return 'the token of --token'
    case 'environment':
      return 'the token of DEBUG_SERVER_TOKEN'
    case 'file':
      return 'the token of the configuration file'
    case 'clone':
    case 'own clone':
      return "the token of this clone's server"
  }
}

const order: readonly Source[] = ['flag', 'environment', 'clone', 'file', 'own clone']
const rank = (source: Source): number => order.indexOf(source)

const ofClone = (source: 'clone' | 'own clone', clone: Clone | undefined): Found | undefined =>
  clone?.urls[0] === undefined
    ? undefined
    : {
        source,
        urls: clone.urls,
        values: { base_url: clone.urls[0], ...(clone.token === undefined ? {} : { token: clone.token }) },
      }

function pick<Key extends keyof ConfigFile>(
  places: readonly Found[],
  key: Key,
): Sourced<NonNullable<ConfigFile[Key]>> | undefined {
  for (const { source, values } of places) {
    const value = values[key]
    if (value !== undefined) return { value, source }
  }
  return undefined
}

/** Whether two addresses lead to one server: the same scheme, host and port, loopback by any of its names. */
function sameServer(one: string, other: string): boolean {
  const [a, b] = [parseBaseUrl(one), parseBaseUrl(other)]
  return a.ok && b.ok && originOf(a.url) === originOf(b.url)
}

function originOf(text: string): string {
  const { protocol, hostname, port } = new URL(text)
  const host = hostname === 'localhost' || hostname === '[::1]' ? '127.0.0.1' : hostname
  return `${protocol}//${host}:${port}`
}
