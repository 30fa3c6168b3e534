import { serverSettings } from '../../../config/client/connection.ts'
import { type ConnectionFlags, loadSettings } from '../../../config/client/load.ts'
import { keepSignIn, keptSignIn, signInsFile } from '../../../config/client/sign-ins.ts'
import { visible } from '../../../lib/visible.ts'
import { type Client, createClient } from '../../sdk/client.ts'
import { ProblemError } from '../../sdk/problem-error.ts'
import { type Io, write } from '../io.ts'
import { SecretReader } from '../read-secret.ts'
import { requireConfigPath } from './config-path.ts'

type Flags = ConnectionFlags & { readonly json?: true; readonly password?: string }

/** Proves who somebody is by their password, and keeps what goes on from there. */
export async function login(io: Io, flags: Flags, [name = '']: readonly string[]): Promise<void> {
  const { client, file } = await reached(io, flags)
  await using server = client
  const password = await new SecretReader(io).read('--password', flags.password ?? '-')
  const signedIn = await server.auth.login({ name, password })
  const { user, access_token: accessToken, refresh_token: refreshToken, expires_in: seconds } = signedIn
  await keepSignIn(file, server.baseUrl, {
    user: user.name,
    accessToken: accessToken ?? '',
    refreshToken: refreshToken ?? '',
    expiresAt: io.now() + seconds * 1_000,
  })
  const told = { user, sign_in: signedIn.sign_in }
  const text = `signed in at ${server.baseUrl} as ${visible(user.name)} (${user.role})\n`
  await write(io.stdout, flags.json ? `${JSON.stringify(told, null, 2)}\n` : text, io.signal)
}

/** Forgets a sign-in, and has the server end it. It is forgotten though the server should have ended it before. */
export async function logout(io: Io, flags: Flags): Promise<void> {
  const { client, file } = await reached(io, flags)
  await using server = client
  const kept = await keptSignIn(file, server.baseUrl)
  const ended = kept === undefined ? false : await end(server, kept.refreshToken)
  if (kept !== undefined) await keepSignIn(file, server.baseUrl, undefined)
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

/** The server, without saying who asks. */
async function reached(io: Io, flags: Flags): Promise<{ client: Client; file: string }> {
  const file = signInsFile(requireConfigPath(io))
  const settings = await serverSettings(await loadSettings(io, flags))
  return { client: createClient({ ...settings, signal: io.signal }), file }
}
