import { devicePlace, keepDevice, keptDevice } from '../../../config/client/devices.ts'
import type { ConnectionFlags } from '../../../config/client/load.ts'
import type { Settings } from '../../../config/client/resolve.ts'
import {
  keepSignIn,
  keptSignIn,
  type SignInPlace,
  signInPlace,
  signInsFile,
} from '../../../config/client/sign-ins.ts'
import { visible } from '../../../lib/visible.ts'
import { contract } from '../../../services/contract/contract.ts'
import { issueMessage } from '../../../services/contract/issue-message.ts'
import type { Client } from '../../sdk/client.ts'
import type { Input, Output } from '../../sdk/operation-types.ts'
import { ProblemError } from '../../sdk/problem-error.ts'
import { usageError } from '../cli-error.ts'
import { type Io, write } from '../io.ts'
import { SecretReader } from '../read-secret.ts'
import { clientOfNobody } from '../server-client.ts'
import { requireConfigPath } from './config-path.ts'

type Flags = ConnectionFlags & {
  readonly json?: true
  readonly verbose?: true
  readonly password?: string
  readonly invite?: string
  readonly displayName?: string
}

/** Proves who somebody is by their password, and keeps what goes on from there. */
export async function login(io: Io, flags: Flags, [name = '']: readonly string[]): Promise<void> {
  const { client, place } = await reached(io, flags)
  await using server = client
  const password = await new SecretReader(io).read('--password', flags.password ?? '-')
  const device = await keptDevice(devicePlace(requireConfigPath(io), { user: name, baseUrl: server.baseUrl }))
  const known = device === undefined ? {} : { device }
  const signedIn = await server.auth.login(checked('auth.login', { name, password, ...known }))
  await keep(io, flags, { server, place, signedIn, text: 'signed in' })
}

/** Makes a user by an invite, and keeps the sign-in that comes with it. */
export async function register(io: Io, flags: Flags, [name = '']: readonly string[]): Promise<void> {
  const { client, place } = await reached(io, flags)
  await using server = client
  const secrets = new SecretReader(io)
  const invite = await secrets.read('--invite', flags.invite ?? '-')
  const password = await secrets.readNew('--password', flags.password ?? '-')
  const named = flags.displayName === undefined ? {} : { display_name: flags.displayName }
  const signedIn = await server.auth.register(checked('auth.register', { invite, name, password, ...named }))
  await keep(io, flags, { server, place, signedIn, text: 'registered and signed in' })
}

/** Judged here too: nothing is sent that cannot be taken, and what is told is told in words of the command line. */
function checked<Name extends 'auth.login' | 'auth.register'>(name: Name, input: Input<Name>): Input<Name> {
  const result = contract[name].input.safeParse(input)
  if (result.success) return input
  const texts = result.error.issues.map(issue => {
    const [field] = issue.path
    const flag = field === 'name' ? 'name' : `--${String(field).replaceAll('_', '-')}`
    return `${flag}: ${issueMessage(issue)}`
  })
  throw usageError([...new Set(texts)].join('; '))
}

type SignedIn = {
  readonly server: Client
  readonly place: SignInPlace
  readonly signedIn: Output<'auth.login'>
  readonly text: string
}

/** The sign-in that stood there before is ended: nobody goes on with it any more. */
async function keep(io: Io, flags: Flags, { server, place, signedIn, text }: SignedIn): Promise<void> {
  const { user, access_token: accessToken, refresh_token: refreshToken, expires_in: seconds } = signedIn
  const before = await keptSignIn(place)
  await keepSignIn(place, {
    user: user.name,
    accessToken: accessToken ?? '',
    refreshToken: refreshToken ?? '',
    expiresAt: io.now() + seconds * 1_000,
  })
  if (signedIn.device !== null)
    await keepDevice(
      devicePlace(requireConfigPath(io), { user: user.name, baseUrl: server.baseUrl }),
      signedIn.device,
    )
  if (before !== undefined) await end(server, before.refreshToken)
  const told = { user, sign_in: signedIn.sign_in }
  const line = `${text} at ${server.baseUrl} as ${visible(user.name)} (${user.role})\n`
  await write(io.stdout, flags.json ? `${JSON.stringify(told, null, 2)}\n` : line, io.signal)
}

/** Forgets a sign-in, and has the server end it. It is forgotten though the server should have ended it before. */
export async function logout(io: Io, flags: Flags): Promise<void> {
  const { client, place } = await reached(io, flags)
  await using server = client
  const kept = await keptSignIn(place)
  const ended = kept === undefined ? false : await end(server, kept.refreshToken)
  if (kept !== undefined) await keepSignIn(place, undefined)
  const text = kept === undefined ? 'nobody was signed in' : `${visible(kept.user)} is signed out`
  const told = { user: kept?.user ?? null, ended }
  await write(io.stdout, flags.json ? `${JSON.stringify(told, null, 2)}\n` : `${text}\n`, io.signal)
}

async function end(server: Client, refreshToken: string): Promise<boolean> {
  try {
    return (await server.auth.logout({ refresh_token: refreshToken })).ended
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'invalid_input') return false
    throw error
  }
}

async function reached(io: Io, flags: Flags): Promise<{ client: Client; place: SignInPlace }> {
  const file = signInsFile(requireConfigPath(io))
  const { client, settings } = await clientOfNobody(io, flags)
  return { client, place: placeOf(file, client, settings) }
}

const placeOf = (file: string, { baseUrl }: Client, { keptIn: profile }: Settings): SignInPlace =>
  signInPlace(file, { baseUrl, profile })
