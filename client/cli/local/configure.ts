import { text } from 'node:stream/consumers'
import { profileChoice } from '../../../config/client/choose-profile.ts'
import { readClone, standsIn } from '../../../config/client/clone.ts'
import { changeProfile, readConfigFile } from '../../../config/client/config-file.ts'
import { certificates, isToken, tokenForm } from '../../../config/client/connection.ts'
import { type ConnectionFlags, fromFlags } from '../../../config/client/load.ts'
import {
  defaultProfile,
  isProfileName,
  type Profile,
  profileNameForm,
} from '../../../config/client/profile.ts'
import { keptSignIn, signInPlace, signInsFile } from '../../../config/client/sign-ins.ts'
import { parseBaseUrl } from '../../../lib/base-url.ts'
import { usageError } from '../cli-error.ts'
import { type Io, write } from '../io.ts'
import { abridged } from '../render/abridged.ts'
import { requireConfigPath } from './config-path.ts'
import { shownSettings } from './config-show.ts'
import { tryServer } from './try-server.ts'

/** `token`: false where none is to be kept; true where nothing is said of it, as the parser has it for `--no-token`. */
type Flags = Omit<ConnectionFlags, 'token'> & { readonly token?: string | boolean; readonly json?: true }

/**
 * Keeps the address of a server, a token and the TLS settings in a profile, exactly as they are given. What can be judged
 * without the network is judged before anything is written; that the server does not answer, or refuses the token, is
 * only told: it may be up tomorrow.
 */
export async function configure(io: Io, flags: Flags): Promise<void> {
  const path = requireConfigPath(io)
  const before = await readConfigFile(path)
  const { name, by } = profileChoice(io, flags, before)
  if (!isProfileName(name))
    throw usageError(
      `${by === 'flag' ? '--profile' : 'DEBUG_SERVER_PROFILE'} "${abridged(name)}": ${profileNameForm}`,
    )
  const profile = await wantedProfile(io, flags, before?.profiles[name])
  const ca = profile.ca === undefined ? undefined : await certificates('--ca', profile.ca)
  await changeProfile(path, name, () => profile)
  const saved = name === defaultProfile ? path : `${path} as profile "${name}"`
  await write(
    io.stdout,
    flags.json ? `${JSON.stringify(shown(profile, name, path), null, 2)}\n` : `saved to ${saved}\n`,
    io.signal,
  )
  if (by === 'file' && (await standsIn(io.root, io.directory)) && (await readClone(io.root)) !== undefined)
    await tell(io, flags, 'inside this clone its own server takes precedence over what was saved')
  const signIn = await keptSignIn(
    signInPlace(signInsFile(path), { baseUrl: profile.base_url, profile: name }),
  )
  await tell(io, flags, await tryServer({ profile, ca, signedIn: signIn?.user, signal: io.signal }))
}

async function wantedProfile(
  io: Io,
  flags: Flags,
  before: Profile | undefined,
): Promise<Profile & { base_url: string }> {
  const { token: flag, ...others } = flags
  const { base_url: url, ...tls } = fromFlags(others, io.directory)
  const given = url ?? before?.base_url
  if (given === undefined)
    throw usageError('missing --base-url URL', 'such as --base-url http://127.0.0.1:8000')
  const address = parseBaseUrl(given)
  if (!address.ok) throw usageError(`--base-url "${abridged(given)}": ${address.reason}`)
  if (tls.ca !== undefined && tls.insecure === true)
    throw usageError('both --ca and --insecure are given', 'give one of them')
  const known = before?.base_url === address.url ? before.token : undefined
  const token = flag === false ? undefined : await wantedToken(io, flag === true ? undefined : flag, known)
  return { base_url: address.url, ...(token === undefined ? {} : { token }), ...tls }
}

/**
 * `known`: the token kept for this very address. It is not carried to another one. Undefined where nobody gives one in a
 * terminal, in which one may sign in.
 */
async function wantedToken(
  { stdin }: Io,
  flag: string | undefined,
  known: string | undefined,
): Promise<string | undefined> {
  const piped = flag === '-' || (flag === undefined && stdin.isTTY !== true)
  const token = piped ? (await text(stdin)).trim() : flag
  if (token !== undefined && token !== '') {
    if (isToken(token)) return token
    throw usageError(`${piped ? 'the token on standard input' : '--token'}: ${tokenForm}`)
  }
  if (flag === undefined && known !== undefined) return known
  if (!piped && flag === undefined) return undefined
  throw usageError(
    piped ? 'there is no token on standard input' : '--token is empty',
    'give one, or say --no-token and sign in with "debug-server login NAME"',
  )
}

const shown = ({ base_url, token, ca, insecure }: Profile, name: string, file: string) => {
  const kept = <Value>(value: Value | undefined) =>
    value === undefined ? undefined : { value, source: 'file' as const }
  return {
    ...shownSettings({
      baseUrl: kept(base_url),
      token: kept(token),
      ca: kept(ca),
      insecure: kept(insecure),
      profile: kept(name),
      keptIn: name,
    }),
    file,
  }
}

async function tell(io: Io, { json }: { readonly json?: true }, text: string): Promise<void> {
  if (!json) await write(io.stderr, `${text}\n`, io.signal)
}
