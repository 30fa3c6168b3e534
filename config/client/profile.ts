import { didYouMean } from '../../lib/suggest.ts'

/**
 * What is kept of a server, by key and kind. `ca` is an absolute path. Flags and variables say the same of the server of
 * one call.
 */
const keys = { base_url: 'string', token: 'string', ca: 'string', insecure: 'boolean' } as const

type Kinds = { readonly string: string; readonly boolean: boolean }

export type Profile = { readonly [Key in keyof typeof keys]?: Kinds[(typeof keys)[Key]] }

/** The one that is meant where nobody has chosen. */
export const defaultProfile = 'default'

/** A TOML key that needs no quotes, and a word that no shell takes for something else. */
export const isProfileName = (text: string): boolean => /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(text)

export const profileNameForm =
  'a name is up to 64 letters, digits, - and _, and begins with a letter or a digit'

/** A profile from what stands in a file; a refusal names the key. */
export function profileFrom(
  content: Readonly<Record<string, unknown>>,
): { readonly profile: Profile } | { readonly reason: string; readonly fix: string | undefined } {
  for (const [key, value] of Object.entries(content)) {
    if (!isKey(key)) return { reason: `unknown key "${key}"`, fix: didYouMean(key, Object.keys(keys)) }
    const kind = keys[key]
    if (typeof value !== kind)
      return {
        reason: `"${key}" must be ${kind === 'boolean' ? 'true or false' : 'a string'}`,
        fix: undefined,
      }
  }
  return { profile: content }
}

const isKey = (text: string): text is keyof typeof keys => Object.hasOwn(keys, text)
