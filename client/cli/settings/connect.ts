import { readFile } from 'node:fs/promises'
import { parseBaseUrl } from '../../sdk/base-url.ts'
import { type Client, createClient } from '../../sdk/client.ts'
import { CliError, usageError } from '../cli-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { reasonOf } from '../read-text.ts'
import { visible } from '../render/visible.ts'
import type { Settings, Sourced } from './resolve.ts'

/** The settings by name, each with the flag and the variable that say it. */
const spoken = {
  baseUrl: { flag: '--base-url', environment: 'DEBUG_SERVER_URL', other: 'base_url' },
  token: { flag: '--token', environment: 'DEBUG_SERVER_TOKEN', other: 'token' },
  ca: { flag: '--ca', environment: 'DEBUG_SERVER_CA', other: 'ca' },
} as const

/** How a setting is called where it was found, for an error that names the culprit. */
export function culprit(name: keyof typeof spoken, { source }: Sourced<unknown>): string {
  if (source === 'flag') return spoken[name].flag
  if (source === 'environment') return spoken[name].environment
  return `${spoken[name].other} (from the ${source === 'file' ? 'configuration file' : source})`
}

/** A client by the settings. Throws an error that names the setting that is missing or cannot be used. */
export async function connect(settings: Settings, signal: AbortSignal): Promise<Client> {
  const { baseUrl, token, ca, insecure } = settings
  if (baseUrl === undefined)
    throw new CliError('not_configured', exitCodes.notAuthorised, 'no server configured', {
      fix: 'start one with "npx task up" in the clone, or name one with "debug-server configure --base-url URL --token TOKEN"',
    })
  const address = parseBaseUrl(baseUrl.value)
  if (!address.ok)
    throw usageError(`${culprit('baseUrl', baseUrl)} "${visible(baseUrl.value)}": ${address.reason}`)
  if (token === undefined)
    throw new CliError('no_token', exitCodes.notAuthorised, `no token configured for ${address.url}`, {
      fix: 'give --token TOKEN, set DEBUG_SERVER_TOKEN, or keep one with "debug-server configure"',
    })
  if (!isToken(token.value)) throw usageError(`${culprit('token', token)}: ${tokenForm}`)
  return createClient({
    baseUrl: address.url,
    token: token.value,
    ca: ca === undefined ? undefined : await certificates(culprit('ca', ca), ca.value),
    insecure: insecure?.value,
    signal,
  })
}

export const tokenForm = 'a token is printable ASCII without spaces'
export const isToken = (text: string): boolean => /^[\x21-\x7e]+$/.test(text)

/** The content of a file of certificates. */
export async function certificates(label: string, path: string): Promise<string> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw usageError(`${label} ${visible(path)}: ${reasonOf(error)}`)
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text
  throw usageError(`${label} ${visible(path)}: it holds no certificate in PEM`)
}
