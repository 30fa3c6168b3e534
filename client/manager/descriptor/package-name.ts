import { valid, validRange } from 'semver'

/** What the registry of npm calls a package: none of the other things that npm takes in its place (addresses, files, git). */
export const isPackageName = (text: string): boolean =>
  text.length <= 214 && /^(?:@[a-z0-9_][a-z0-9._-]*\/)?[a-z0-9_][a-z0-9._-]*$/.test(text)

/** One version, or what stands for one: `^1.2`, `latest`. A tag that is no word is none. */
export function versionIn(
  text: string | undefined,
):
  | { readonly kind: 'exact'; readonly version: string }
  | { readonly kind: 'floating'; readonly range: string }
  | undefined {
  if (text === undefined || text === '') return { kind: 'floating', range: 'latest' }
  const version = valid(text)
  if (version !== null) return { kind: 'exact', version }
  const range = validRange(text)
  if (range !== null) return { kind: 'floating', range }
  return /^[a-z][a-z0-9.-]*$/.test(text) ? { kind: 'floating', range: text } : undefined
}
