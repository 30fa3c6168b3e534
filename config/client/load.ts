import { resolve } from 'node:path'
import { readClone, standsIn } from './clone.ts'
import { type ConfigFile, readConfigFile } from './config-file.ts'
import { configLocation } from './config-location.ts'
import { resolveSettings, type Settings, type Sources } from './resolve.ts'
import { SettingsError } from './settings-error.ts'

/** Where a client finds its settings. */
export type ClientPlace = {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly directory: string
  readonly platform: NodeJS.Platform
  /** The package that the client belongs to. */
  readonly root: string
}

export type ConnectionFlags = {
  readonly baseUrl?: string
  readonly token?: string
  readonly ca?: string
  readonly insecure?: boolean
}

/** Gathers what flags, environment, clone and file say about the server. */
export async function loadSources(place: ClientPlace, flags: ConnectionFlags): Promise<Sources> {
  const location = configLocation(place.environment, place.platform)
  const [inside, file, clone] = await Promise.all([
    standsIn(place.root, place.directory),
    'path' in location ? readConfigFile(location.path) : undefined,
    readClone(place.root),
  ])
  return {
    flags: fromFlags(flags, place.directory),
    environment: fromEnvironment(place.environment, place.directory),
    clone: inside ? clone : undefined,
    file,
    ownClone: inside ? undefined : clone,
  }
}

export const loadSettings = async (place: ClientPlace, flags: ConnectionFlags): Promise<Settings> =>
  resolveSettings(await loadSources(place, flags))

export const fromFlags = (
  { baseUrl, token, ca, insecure }: ConnectionFlags,
  directory: string,
): ConfigFile => ({
  ...(baseUrl === undefined ? {} : { base_url: baseUrl }),
  ...(token === undefined ? {} : { token }),
  ...(ca === undefined ? {} : { ca: resolve(directory, ca) }),
  ...(insecure === undefined ? {} : { insecure }),
})

/** A variable that is empty counts as not set. */
export function fromEnvironment(environment: ClientPlace['environment'], directory: string): ConfigFile {
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
