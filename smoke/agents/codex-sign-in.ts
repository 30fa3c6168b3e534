import { z } from 'zod'

/** The variables that Codex takes its credential from, whatever its home says. */
const credentialVariables = ['CODEX_API_KEY', 'CODEX_ACCESS_TOKEN']

type Variables = Readonly<Record<string, string | undefined>>

/** Those that are set, of Codex's own and of these. */
export const credentialsIn = (environment: Variables, more: readonly string[] = []): Record<string, string> =>
  Object.fromEntries(
    [...credentialVariables, ...more].flatMap(name => {
      const value = environment[name]
      return value === undefined || value === '' ? [] : [[name, value]]
    }),
  )

/** What `auth.json` of Codex holds where somebody is signed in: a key, or what ChatGPT has given. */
const signInSchema = z.union([
  z.looseObject({ OPENAI_API_KEY: z.string().min(1) }),
  z.looseObject({ tokens: z.looseObject({ access_token: z.string().min(1) }) }),
])

/** Whether an `auth.json` lets anybody in. */
export const signsIn = (auth: string | undefined): boolean =>
  auth !== undefined && signInSchema.safeParse(parsed(auth)).success

/** Every text in it: most are secrets. */
export function textsInAuth(auth: string | undefined): string[] {
  const texts = (value: unknown): string[] => {
    if (typeof value === 'string') return [value]
    return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : []
  }
  return auth === undefined ? [] : texts(parsed(auth))
}

function parsed(auth: string): unknown {
  try {
    return JSON.parse(auth)
  } catch {
    return undefined
  }
}
