import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { writeAtomically } from '../../lib/atomic-file.ts'
import { errorCode } from '../../lib/error-code.ts'
import { fileReason } from '../../lib/file-reason.ts'
import { didYouMean } from '../../lib/suggest.ts'
import { SettingsError } from './settings-error.ts'

/** What `configure` keeps. */
export type ConfigFile = {
  readonly base_url?: string
  readonly token?: string
  /** An absolute path. */
  readonly ca?: string
  readonly insecure?: boolean
}

const keys = { base_url: 'string', token: 'string', ca: 'string', insecure: 'boolean' } as const

const broken = (path: string, reason: string, fix: string | undefined, cause?: unknown): SettingsError =>
  new SettingsError('configuration_invalid', `${path}: ${reason}`, {
    fix: fix ?? 'correct it, or write it anew with "debug-server configure"',
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

function checked(path: string, content: Readonly<Record<string, unknown>>): ConfigFile {
  for (const key of Object.keys(content))
    if (!Object.hasOwn(keys, key))
      throw broken(path, `unknown key "${key}"`, didYouMean(key, Object.keys(keys)))
  const text = (key: 'base_url' | 'token' | 'ca') => {
    const value = content[key]
    if (value === undefined || typeof value === 'string') return value === undefined ? {} : { [key]: value }
    throw broken(path, `"${key}" must be a string`, undefined)
  }
  const { insecure } = content
  if (insecure !== undefined && typeof insecure !== 'boolean')
    throw broken(path, '"insecure" must be true or false', undefined)
  return {
    ...text('base_url'),
    ...text('token'),
    ...text('ca'),
    ...(insecure === undefined ? {} : { insecure }),
  }
}

/** The text of a configuration. JSON strings are TOML basic strings, but for DEL, which TOML wants escaped. */
export const configText = (config: ConfigFile): string =>
  Object.entries(config)
    .map(([key, value]) => `${key} = ${JSON.stringify(value).replaceAll('\x7f', '\\u007F')}\n`)
    .join('')

/** Whole or not at all, readable by its owner only. */
export async function writeConfigFile(path: string, config: ConfigFile): Promise<void> {
  try {
    await writeAtomically(path, configText(config), { mode: 0o600 })
  } catch (error) {
    throw new SettingsError('configuration_not_writable', `${path} cannot be written: ${fileReason(error)}`, {
      fix: `make ${dirname(path)} writable, or set DEBUG_SERVER_HOME to another directory`,
      cause: error,
    })
  }
}
