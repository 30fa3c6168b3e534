import { resolve } from 'node:path'
import { parseBaseUrl } from '../../lib/base-url.ts'
import { visible } from '../../lib/visible.ts'
import { chosenProfile } from './choose-profile.ts'
import { readClone, standsIn } from './clone.ts'
import { readConfigFile } from './config-file.ts'
import { configLocation } from './config-location.ts'
import type { Profile } from './profile.ts'
import { type ChosenProfile, resolveSettings, type Settings, type Sources } from './resolve.ts'
import { SettingsError } from './settings-error.ts'
import { keptSignIn, signInPlace, signInsFile } from './sign-ins.ts'

/** Where a client finds its settings. */
export type ClientPlace = {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly directory: string
  readonly platform: NodeJS.Platform
  /** The package that the client belongs to. */
  readonly root: string
  /** A configuration file that was named for this call, in place of the user's: its server comes before variables. */
  readonly configFile?: string
}

export type ConnectionFlags = {
  readonly baseUrl?: string
  readonly token?: string
  readonly ca?: string
  readonly insecure?: boolean
  /** Takes back that a server was kept as insecure. */
  readonly verify?: boolean
  readonly profile?: string
}

/** Gathers what flags, environment, clone and file say about the server. */
export async function loadSources(place: ClientPlace, flags: ConnectionFlags): Promise<Sources> {
  const { configFile } = place
  const location =
    configFile === undefined ? configLocation(place.environment, place.platform) : { path: configFile }
  const [inside, file, clone] = await Promise.all([
    standsIn(place.root, place.directory),
    'path' in location ? readConfigFile(location.path) : undefined,
    readClone(place.root),
  ])
  const chosen = chosenProfile(place, flags, file)
  return {
    flags: fromFlags(flags, place.directory),
    environment: fromEnvironment(place.environment, place.directory),
    clone: inside ? clone : undefined,
    profile: configFile === undefined ? chosen : namedWith(configFile, chosen),
    ownClone: inside ? undefined : clone,
  }
}

/** Whoever names a file means the server in it: another one would be a surprise. */
function namedWith(configFile: string, chosen: ChosenProfile | undefined): ChosenProfile {
  if (chosen?.values.base_url !== undefined) return { ...chosen, by: 'flag' }
  throw new SettingsError('configuration_invalid', `--config ${visible(configFile)}: it names no server`, {
    fix: 'it wants base_url and token in [profiles.default], or in another that "profile" or --profile names',
  })
}

export async function loadSettings(place: ClientPlace, flags: ConnectionFlags): Promise<Settings> {
  const settings = resolveSettings(await loadSources(place, flags))
  const signIn = await signInAt(place, settings)
  return signIn === undefined ? settings : { ...settings, signIn }
}

/** A token that is given for this call is meant; one that was only found gives way to who has signed in. */
async function signInAt(place: ClientPlace, settings: Settings): Promise<Settings['signIn']> {
  const { baseUrl } = settings
  if (baseUrl === undefined || isTokenGiven(place, settings)) return undefined
  const location = configLocation(place.environment, place.platform)
  const address = parseBaseUrl(baseUrl.value)
  if (!('path' in location) || !address.ok) return undefined
  const signIn = signInPlace(signInsFile(location.path), { baseUrl: address.url, profile: settings.keptIn })
  const kept = await keptSignIn(signIn)
  return kept && { user: kept.user, place: signIn }
}

/** By flag or variable, or in a file that was named so. */
const isTokenGiven = ({ configFile }: ClientPlace, { token }: Settings): boolean =>
  token?.source === 'flag' ||
  token?.source === 'environment' ||
  (token?.source === 'file' && configFile !== undefined)

export function fromFlags(
  { baseUrl, token, ca, insecure, verify }: ConnectionFlags,
  directory: string,
): Profile {
  if (verify === true && insecure === true)
    throw new SettingsError('usage', 'both --verify and --insecure are given', { fix: 'give one of them' })
  const without = verify === true ? false : insecure
  return {
    ...(baseUrl === undefined ? {} : { base_url: baseUrl }),
    ...(token === undefined ? {} : { token }),
    ...(ca === undefined ? {} : { ca: resolve(directory, ca) }),
    ...(without === undefined ? {} : { insecure: without }),
  }
}

/** A variable that is empty counts as not set. */
export function fromEnvironment(environment: ClientPlace['environment'], directory: string): Profile {
  const { DEBUG_SERVER_URL, DEBUG_SERVER_TOKEN, DEBUG_SERVER_CA, DEBUG_SERVER_INSECURE } = environment
  return {
    ...(DEBUG_SERVER_URL ? { base_url: DEBUG_SERVER_URL } : {}),
    ...(DEBUG_SERVER_TOKEN ? { token: DEBUG_SERVER_TOKEN } : {}),
    ...(DEBUG_SERVER_CA ? { ca: resolve(directory, DEBUG_SERVER_CA) } : {}),
    ...(DEBUG_SERVER_INSECURE ? { insecure: switchValue(DEBUG_SERVER_INSECURE) } : {}),
  }
}

function switchValue(text: string): boolean {
  if (['1', 'true', 'yes', 'on'].includes(text.toLowerCase())) return true
  if (['0', 'false', 'no', 'off'].includes(text.toLowerCase())) return false
  throw new SettingsError('usage', `DEBUG_SERVER_INSECURE is "${text}"`, {
    fix: 'set it to 1 or 0, or unset it',
  })
}
