import { parseBaseUrl } from '../../lib/base-url.ts'
import type { Profile } from './profile.ts'
import type { SignInPlace } from './sign-ins.ts'

/** Where a setting comes from. `file`: the profile that is in use of those that the user's file keeps. */
export type Source = 'flag' | 'environment' | 'clone' | 'file' | 'own clone'

export type Sourced<Value> = { readonly value: Value; readonly source: Source }

export type Clone = {
  /** The server's addresses; the first is the one to use, the others are the same server. */
  readonly urls: readonly string[]
  readonly token: string | undefined
}

/** A profile, and who has chosen it: `file` where nobody has named one for this call. */
export type ChosenProfile = {
  readonly name: string
  readonly by: 'flag' | 'environment' | 'file'
  readonly values: Profile
}

/** Everything that could be said about the server, by who says it. */
export type Sources = {
  readonly flags: Profile
  readonly environment: Profile
  /** The clone that one stands in. */
  readonly clone: Clone | undefined
  /** Undefined where nothing is kept. */
  readonly profile: ChosenProfile | undefined
  /** The clone that this program belongs to, when one stands elsewhere. */
  readonly ownClone: Clone | undefined
}

export type Settings = {
  readonly baseUrl: Sourced<string> | undefined
  readonly token: Sourced<string> | undefined
  readonly ca: Sourced<string> | undefined
  readonly insecure: Sourced<boolean> | undefined
  /** The profile that `file` means. */
  readonly profile: Sourced<string> | undefined
  /** The profile that the server was kept in, whose sign-in is meant; undefined where it was found elsewhere. */
  readonly keptIn: string | undefined
  /** Who is signed in at that server, where nobody has given a token for this call; read from `place`. */
  readonly signIn?: { readonly user: string; readonly place: SignInPlace }
}

type Place = {
  readonly source: Source
  /** The server that its values were kept for; undefined where they are for whatever this call is about. */
  readonly urls: readonly string[] | undefined
  readonly values: Profile
}

/**
 * Flag, then environment, then what is found in files. Flags and variables combine with anything: whoever gives them
 * means this very call. A token and TLS settings that were only found belong to the server that they were kept for, and
 * go to no other: naming another server by flag or variable does not send it the token of this one.
 */
export function resolveSettings(sources: Sources): Settings {
  const places = inOrder(sources)
  const baseUrl = pick(places, 'base_url')
  const kept = places.find(({ urls }) =>
    urls?.some(url => baseUrl !== undefined && sameServer(url, baseUrl.value)),
  )
  const all = places.filter(place => place.urls === undefined || place === kept)
  const ca = pick(all, 'ca')
  const insecure = pick(all, 'insecure')
  const rank = (source: Source) => places.findIndex(place => place.source === source)
  // `--ca` for a server that was once configured as insecure means: verify.
  const caIsNearer = ca !== undefined && insecure !== undefined && rank(ca.source) < rank(insecure.source)
  const { profile } = sources
  return {
    baseUrl,
    token: pick(all, 'token'),
    ca,
    insecure: caIsNearer ? undefined : insecure,
    profile: profile && { value: profile.name, source: profile.by },
    keptIn: kept?.source === 'file' ? profile?.name : undefined,
  }
}

/** A profile that was named for this call is as near as its naming: before the clone, and by flag before variables. */
function inOrder({ flags, environment, clone, profile, ownClone }: Sources): readonly Place[] {
  const chosenBy = (who: ChosenProfile['by']) => (profile?.by === who ? ofProfile(profile) : undefined)
  return [
    { source: 'flag' as const, urls: undefined, values: flags },
    chosenBy('flag'),
    { source: 'environment' as const, urls: undefined, values: environment },
    chosenBy('environment'),
    ofClone('clone', clone),
    chosenBy('file'),
    ofClone('own clone', ownClone),
  ].filter(place => place !== undefined)
}

/** The token as an error about it calls it: by where it was found. */
export function tokenName(settings: Settings | undefined): string {
  if (settings?.signIn !== undefined) return `the sign-in of ${settings.signIn.user}`
  if (settings?.token === undefined) return 'the token'
  switch (settings.token.source) {
    case 'flag':
      return 'the token of --token'
    case 'environment':
      return 'the token of DEBUG_SERVER_TOKEN'
    case 'file':
      return `the token of the profile "${settings.profile?.value}"`
    case 'clone':
    case 'own clone':
      return "the token of this clone's server"
  }
}

const ofProfile = ({ values }: ChosenProfile): Place | undefined =>
  values.base_url === undefined ? undefined : { source: 'file', urls: [values.base_url], values }

const ofClone = (source: 'clone' | 'own clone', clone: Clone | undefined): Place | undefined =>
  clone?.urls[0] === undefined
    ? undefined
    : {
        source,
        urls: clone.urls,
        values: { base_url: clone.urls[0], ...(clone.token === undefined ? {} : { token: clone.token }) },
      }

function pick<Key extends keyof Profile>(
  places: readonly Place[],
  key: Key,
): Sourced<NonNullable<Profile[Key]>> | undefined {
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
