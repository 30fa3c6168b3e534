import { readFile } from 'node:fs/promises'
import { parseBaseUrl } from '../../lib/base-url.ts'
import { fileReason } from '../../lib/file-reason.ts'
import { visible } from '../../lib/visible.ts'
import type { Settings, Sourced } from './resolve.ts'
import { SettingsError } from './settings-error.ts'
import { type KeptSignIn, keepSignIn, keptSignIn } from './sign-ins.ts'

/** What a client needs to speak to a server. */
export type ConnectionSettings = {
  readonly baseUrl: string
  readonly token: string | undefined
  /** Instead of a token: what a sign-in goes on with, as it is kept. */
  readonly signIn: SignInFile | undefined
  /** Certificates in PEM. */
  readonly ca: string | undefined
  readonly insecure: boolean | undefined
}

/** Reads and keeps the tokens of the sign-in at one server. */
export type SignInFile = {
  readonly load: () => Promise<KeptSignIn | undefined>
  readonly save: (tokens: Omit<KeptSignIn, 'user'>) => Promise<void>
}

/** The settings by name, each with the flag and the variable that say it. */
const spoken = {
  baseUrl: { flag: '--base-url', environment: 'DEBUG_SERVER_URL', other: 'base_url' },
  token: { flag: '--token', environment: 'DEBUG_SERVER_TOKEN', other: 'token' },
  ca: { flag: '--ca', environment: 'DEBUG_SERVER_CA', other: 'ca' },
} as const

/** How a setting is called where it was found, for an error that names the culprit. */
function culprit(name: keyof typeof spoken, { source }: Sourced<unknown>): string {
  if (source === 'flag') return spoken[name].flag
  if (source === 'environment') return spoken[name].environment
  return `${spoken[name].other} (from the ${source === 'file' ? 'configuration file' : source})`
}

/** The settings, checked and read. Throws an error that names the one that is missing or cannot be used. */
export async function connectionSettings(settings: Settings): Promise<ConnectionSettings> {
  const server = await serverSettings(settings)
  const { token, signIn } = settings
  if (signIn !== undefined) return { ...server, token: undefined, signIn: signInFile(signIn) }
  if (token === undefined)
    throw new SettingsError('no_token', `no token configured for ${server.baseUrl}`, {
      fix: 'sign in with "debug-server login NAME", give --token TOKEN, set DEBUG_SERVER_TOKEN, or keep one with "debug-server configure"',
    })
  if (!isToken(token.value)) throw new SettingsError('usage', `${culprit('token', token)}: ${tokenForm}`)
  return { ...server, token: token.value, signIn: undefined }
}

const signInFile = ({ user, place }: NonNullable<Settings['signIn']>): SignInFile => ({
  load: () => keptSignIn(place),
  save: tokens => keepSignIn(place, { user, ...tokens }),
})

/** The settings but for who asks. */
export async function serverSettings({
  baseUrl,
  ca,
  insecure,
}: Settings): Promise<Omit<ConnectionSettings, 'token' | 'signIn'>> {
  if (baseUrl === undefined)
    throw new SettingsError('not_configured', 'no server configured', {
      fix: 'start one with "npx task up" in the clone, or name one with "debug-server configure --base-url URL --token TOKEN"',
    })
  const address = parseBaseUrl(baseUrl.value)
  if (!address.ok)
    throw new SettingsError(
      'usage',
      `${culprit('baseUrl', baseUrl)} "${visible(baseUrl.value)}": ${address.reason}`,
    )
  return {
    baseUrl: address.url,
    ca: ca === undefined ? undefined : await certificates(culprit('ca', ca), ca.value),
    insecure: insecure?.value,
  }
}

export const tokenForm = 'a token is printable ASCII without spaces'
export const isToken = (text: string): boolean => /^[\x21-\x7e]+$/.test(text)

/** The content of a file of certificates. */
export async function certificates(label: string, path: string): Promise<string> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw new SettingsError('usage', `${label} ${visible(path)}: ${fileReason(error)}`)
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text
  throw new SettingsError('usage', `${label} ${visible(path)}: it holds no certificate in PEM`)
}
