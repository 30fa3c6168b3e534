import { didYouMean } from '../../lib/suggest.ts'
import { visible } from '../../lib/visible.ts'
import type { ConfigFile } from './config-file.ts'
import { defaultProfile } from './profile.ts'
import type { ChosenProfile } from './resolve.ts'
import { SettingsError } from './settings-error.ts'

type Place = { readonly environment: Readonly<Record<string, string | undefined>> }
type Flags = { readonly profile?: string }

/** Which profile this call is about, and who says so. */
export const profileChoice = (
  { environment }: Place,
  { profile }: Flags,
  file: ConfigFile | undefined,
): Pick<ChosenProfile, 'name' | 'by'> => {
  if (profile !== undefined) return { name: profile, by: 'flag' }
  const { DEBUG_SERVER_PROFILE: variable } = environment
  return variable
    ? { name: variable, by: 'environment' }
    : { name: file?.profile ?? defaultProfile, by: 'file' }
}

/** That profile, with what is kept in it. One that was named, and is not there or names no server, is an error. */
export function chosenProfile(
  place: Place,
  flags: Flags,
  file: ConfigFile | undefined,
): ChosenProfile | undefined {
  const { name, by } = profileChoice(place, flags, file)
  const values = file !== undefined && Object.hasOwn(file.profiles, name) ? file.profiles[name] : undefined
  if (values === undefined && by === 'file') return undefined
  // Whoever names a profile means its server: another one would be a surprise.
  if (values?.base_url !== undefined || by === 'file') return { name, by, values: values ?? {} }
  const named = `${by === 'flag' ? '--profile' : 'DEBUG_SERVER_PROFILE'} "${visible(name)}"`
  if (values !== undefined)
    throw new SettingsError('configuration_invalid', `${named}: it names no server`, {
      fix: `keep one in it: debug-server configure --profile ${name} --base-url URL`,
    })
  throw new SettingsError('usage', `${named}: there is no profile of that name`, {
    fix:
      didYouMean(name, Object.keys(file?.profiles ?? {})) ??
      'see "debug-server profile list", or make it with "debug-server configure --profile NAME --base-url URL --token TOKEN"',
  })
}
