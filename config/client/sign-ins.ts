import { dirname, join } from 'node:path'
import { z } from 'zod'
import { KeptFile } from './kept-file.ts'
import { defaultProfile } from './profile.ts'

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

const signIns = new KeptFile(keptSchema)

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
  return (await signIns.read(file))[name]
}

/** Keeps a sign-in, or forgets it; whole or not at all, readable by its owner only. */
export const keepSignIn = ({ file, name }: SignInPlace, kept: KeptSignIn | undefined): Promise<void> =>
  signIns.change(file, ({ [name]: _, ...others }) =>
    kept === undefined ? others : { ...others, [name]: kept },
  )

/** Forgets the sign-ins of a profile, at whatever servers. */
export async function forgetSignInsOf(file: string, profile: string): Promise<void> {
  const isOurs = (name: string) => name.startsWith(nameIn(profile, ''))
  if (!Object.keys(await signIns.read(file)).some(isOurs)) return
  await signIns.change(file, all => Object.fromEntries(Object.entries(all).filter(([name]) => !isOurs(name))))
}
