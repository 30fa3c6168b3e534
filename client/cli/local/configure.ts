import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { readClone, standsIn } from '../../../config/client/clone.ts'
import { type ConfigFile, readConfigFile, writeConfigFile } from '../../../config/client/config-file.ts'
import { certificates, isToken, tokenForm } from '../../../config/client/connection.ts'
import type { ConnectionFlags } from '../../../config/client/load.ts'
import { SettingsError } from '../../../config/client/settings-error.ts'
import { parseBaseUrl } from '../../../lib/base-url.ts'
import { usageError } from '../cli-error.ts'
import { type Io, write } from '../io.ts'
import { abridged } from '../render/abridged.ts'
import { requireConfigPath } from './config-path.ts'
import { shownSettings } from './config-show.ts'
import { tryServer } from './try-server.ts'

/**
 * Keeps the address of a server, a token and the TLS settings, exactly as they are given. What can be judged without
 * the network is judged before anything is written; that the server does not answer, or refuses the token, is only
 * told: it may be up tomorrow.
 */
export async function configure(io: Io, flags: ConnectionFlags & { readonly json?: true }): Promise<void> {
  const path = requireConfigPath(io)
  const before = await readConfigFile(path).catch((error: unknown) => {
    // A file that is broken is written anew; without an address of its own this is about what stands in it.
    if (flags.baseUrl !== undefined && error instanceof SettingsError) return undefined
    throw error
  })
  const config = await wantedConfig(io, flags, before)
  const ca = config.ca === undefined ? undefined : await certificates('--ca', config.ca)
  await writeConfigFile(path, config)
  await write(
    io.stdout,
    flags.json ? `${JSON.stringify(shown(config, path), null, 2)}\n` : `saved to ${path}\n`,
    io.signal,
  )
  if ((await standsIn(io.root, io.directory)) && (await readClone(io.root)) !== undefined)
    await tell(io, flags, 'inside this clone its own server takes precedence over what was saved')
  await tell(io, flags, await tryServer({ config, ca, signal: io.signal }))
}

async function wantedConfig(
  io: Io,
  { baseUrl, token, ca, insecure }: ConnectionFlags,
  before: ConfigFile | undefined,
): Promise<ConfigFile & { base_url: string; token: string }> {
  const given = baseUrl ?? before?.base_url
  if (given === undefined)
    throw usageError('missing --base-url URL', 'such as --base-url http://127.0.0.1:8000')
  const address = parseBaseUrl(given)
  if (!address.ok) throw usageError(`--base-url "${abridged(given)}": ${address.reason}`)
  if (ca !== undefined && insecure === true)
    throw usageError('both --ca and --insecure are given', 'give one of them')
  const known = before?.base_url === address.url ? before.token : undefined
  const wanted = await wantedToken(io, token, known)
  return {
    base_url: address.url,
    token: wanted,
    ...(ca === undefined ? {} : { ca: resolve(io.directory, ca) }),
    ...(insecure === undefined ? {} : { insecure }),
  }
}

/** `known`: the token kept for this very address. It is not carried to another one. */
async function wantedToken(
  { stdin }: Io,
  flag: string | undefined,
  known: string | undefined,
): Promise<string> {
  const piped = flag === '-' || (flag === undefined && stdin.isTTY !== true)
  const token = piped ? (await text(stdin)).trim() : flag
  if (token !== undefined && token !== '') {
    if (isToken(token)) return token
    throw usageError(`${piped ? 'the token on standard input' : '--token'}: ${tokenForm}`)
  }
  if (flag === undefined && known !== undefined) return known
  if (piped) throw usageError('there is no token on standard input', 'give --token TOKEN, or pipe one in')
  throw usageError('missing --token TOKEN', 'give it, or pipe it in')
}

const shown = ({ base_url, token, ca, insecure }: ConfigFile, file: string) => {
  const kept = <Value>(value: Value | undefined) =>
    value === undefined ? undefined : { value, source: 'file' as const }
  return {
    ...shownSettings({ baseUrl: kept(base_url), token: kept(token), ca: kept(ca), insecure: kept(insecure) }),
    file,
  }
}

async function tell(io: Io, { json }: { readonly json?: true }, text: string): Promise<void> {
  if (!json) await write(io.stderr, `${text}\n`, io.signal)
}
