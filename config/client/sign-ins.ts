import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { errorCode } from '../../lib/error-code.ts'
import { fileReason } from '../../lib/file-reason.ts'
import { defaultProfile } from './profile.ts'
import { SettingsError } from './settings-error.ts'

/**
 * Who is signed in where: a file beside the user's configuration, which no person writes, and which changes with each
 * refresh. One sign-in for each profile of a server.
 */
const keptSchema = z.object({
  user: z.string(),
  accessToken: z.string(),
  refreshToken: z.string(),
  expiresAt: z.number(),
})
export type KeptSignIn = z.infer<typeof keptSchema>

const fileSchema = z.record(z.string(), keptSchema)
type SignIns = Readonly<z.infer<typeof fileSchema>>

/** The place of a sign-in: a file, and its name there. */
export type SignInPlace = { readonly file: string; readonly name: string }

/**
 * Where the sign-in at a server is kept. `profile`: the one that the server was found in; two of them are two people. The
 * default one is the same as none.
 */
export const signInPlace = (
  file: string,
  { baseUrl, profile }: { readonly baseUrl: string; readonly profile: string | undefined },
): SignInPlace => ({
  file,
  name: profile === undefined || profile === defaultProfile ? baseUrl : nameIn(profile, baseUrl),
})

/** No address has a space in it, nor has a profile. */
const nameIn = (profile: string, baseUrl: string): string => `${profile} ${baseUrl}`

export const signInsFile = (configPath: string): string => join(dirname(configPath), 'sign-ins.json')

/** Undefined where nobody is. A file that is none of ours counts as none: to sign in again is all that it costs. */
export async function keptSignIn({ file, name }: SignInPlace): Promise<KeptSignIn | undefined> {
  return (await read(file))[name]
}

/** How long another program may be at work on the file, in milliseconds. */
const patience = 10_000

/** Keeps a sign-in, or forgets it; whole or not at all, readable by its owner only. */
export const keepSignIn = ({ file, name }: SignInPlace, kept: KeptSignIn | undefined): Promise<void> =>
  change(file, ({ [name]: _, ...others }) => (kept === undefined ? others : { ...others, [name]: kept }))

/** Forgets the sign-ins of a profile, at whatever servers. */
export async function forgetSignInsOf(file: string, profile: string): Promise<void> {
  const isOurs = (name: string) => name.startsWith(nameIn(profile, ''))
  if (!Object.keys(await read(file)).some(isOurs)) return
  await change(file, all => Object.fromEntries(Object.entries(all).filter(([name]) => !isOurs(name))))
}

async function change(path: string, changed: (all: SignIns) => SignIns): Promise<void> {
  const [{ acquireLock }, { writeAtomically }] = await Promise.all([
    import('../../lib/lock.ts'),
    import('../../lib/atomic-file.ts'),
  ])
  try {
    using _ = await acquireLock(`${path}.lock`, { signal: AbortSignal.timeout(patience) })
    await writeAtomically(path, `${JSON.stringify(changed(await read(path)), null, 2)}\n`, { mode: 0o600 })
  } catch (error) {
    throw new SettingsError('configuration_not_writable', `${path} cannot be written: ${fileReason(error)}`, {
      fix: `make ${dirname(path)} writable, or set DEBUG_SERVER_HOME to another directory`,
      cause: error,
    })
  }
}

async function read(path: string): Promise<SignIns> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return {}
    throw error
  }
  try {
    return fileSchema.parse(JSON.parse(text))
  } catch {
    return {}
  }
}
