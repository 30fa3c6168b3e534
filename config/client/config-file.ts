import { readFile, realpath } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorCode } from '../../lib/error-code.ts'
import { fileReason } from '../../lib/file-reason.ts'
import { didYouMean } from '../../lib/suggest.ts'
import { UserError } from '../../lib/user-error.ts'
import { isProfileName, type Profile, profileFrom, profileNameForm } from './profile.ts'
import { SettingsError } from './settings-error.ts'

/** What `configure` keeps: servers, each under a name. */
export type ConfigFile = {
  /** The one in use where none is named. Undefined: the one called `default`. */
  readonly profile?: string
  readonly profiles: Readonly<Record<string, Profile>>
}

const broken = (path: string, reason: string, fix: string | undefined, cause?: unknown): SettingsError =>
  new SettingsError('configuration_invalid', `${path}: ${reason}`, {
    fix: fix ?? 'correct it, or remove it and write it anew with "debug-server configure"',
    cause,
  })

/** Undefined where there is no file. Throws an error that names the file and what is wrong in it. */
export async function readConfigFile(path: string): Promise<ConfigFile | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw broken(path, fileReason(error), undefined, error)
  }
  const { parse } = await import('toml')
  let content: Record<string, unknown>
  try {
    content = parse(text)
  } catch (error) {
    throw broken(path, `it is not TOML: ${error instanceof Error ? error.message : error}`, undefined, error)
  }
  return checked(path, content)
}

function checked(path: string, { profile, profiles = {}, ...others }: Record<string, unknown>): ConfigFile {
  const [stranger] = Object.keys(others)
  if (stranger !== undefined)
    throw broken(path, `unknown key "${stranger}"`, didYouMean(stranger, ['profile', 'profiles']))
  if (!isTable(profiles)) throw broken(path, '"profiles" must be a table', undefined)
  const kept: Record<string, Profile> = {}
  for (const [name, content] of Object.entries(profiles)) {
    if (!isProfileName(name)) throw broken(path, `[profiles.${name}]: ${profileNameForm}`, undefined)
    if (!isTable(content)) throw broken(path, `[profiles.${name}] must be a table`, undefined)
    const read = profileFrom(content)
    if ('reason' in read) throw broken(path, `[profiles.${name}]: ${read.reason}`, read.fix)
    kept[name] = read.profile
  }
  if (profile === undefined) return { profiles: kept }
  if (typeof profile !== 'string') throw broken(path, '"profile" must be a string', undefined)
  if (!Object.hasOwn(kept, profile))
    throw broken(
      path,
      `profile = "${profile}": there is none of that name`,
      didYouMean(profile, Object.keys(kept)),
    )
  return { profile, profiles: kept }
}

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The text of a configuration. */
export const configText = ({ profile, profiles }: ConfigFile): string =>
  [
    profile === undefined ? '' : entries({ profile }),
    ...Object.entries(profiles).map(([name, kept]) => `[profiles.${name}]\n${entries(kept)}`),
  ]
    .filter(part => part !== '')
    .join('\n')

/** JSON strings are TOML basic strings, but for DEL, which TOML wants escaped. */
const entries = (table: Readonly<Record<string, unknown>>): string =>
  Object.entries(table)
    .map(([key, value]) => `${key} = ${JSON.stringify(value).replaceAll('\x7f', '\\u007F')}\n`)
    .join('')

/** How long another program may be at work on the file, in milliseconds. */
const patience = 10_000

/**
 * Writes what `change` makes of the file as it stands, whole or not at all, readable by its owner only. One program at a
 * time: none writes over what another has just kept. Resolves with what was written.
 */
export async function changeConfigFile(
  path: string,
  change: (before: ConfigFile) => ConfigFile,
): Promise<ConfigFile> {
  const [{ acquireLock }, { writeAtomically }] = await Promise.all([
    import('../../lib/lock.ts'),
    import('../../lib/atomic-file.ts'),
  ])
  try {
    using _ = await acquireLock(`${path}.lock`, { signal: AbortSignal.timeout(patience) })
    const config = change((await readConfigFile(path)) ?? { profiles: {} })
    await writeAtomically(await whereItLies(path), configText(config), { mode: 0o600 })
    return config
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new SettingsError('configuration_not_writable', `${path} cannot be written: ${fileReason(error)}`, {
      fix: `make ${dirname(path)} writable, or set DEBUG_SERVER_HOME to another directory`,
      cause: error,
    })
  }
}

/** Some keep their configuration elsewhere, with a link at its place: the link stays. */
async function whereItLies(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return path
    throw error
  }
}

/** The same for one profile; what is not there yet is made. */
export const changeProfile = (
  path: string,
  name: string,
  change: (before: Profile) => Profile,
): Promise<ConfigFile> =>
  changeConfigFile(path, file => ({
    ...file,
    profiles: { ...file.profiles, [name]: change(file.profiles[name] ?? {}) },
  }))
