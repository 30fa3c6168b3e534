import { SecretMask } from '../../lib/secret-mask.ts'

/** Finds secrets as they are, and as JSON has them. */
export const maskOf = (secrets: readonly string[]): SecretMask =>
  new SecretMask([...new Set(secrets.filter(secret => secret !== '').flatMap(one => [one, inJson(one)]))])

/** A text with asterisks in the place of secrets, in the same length. */
export function masked(text: string, secrets: readonly string[]): string {
  const mask = maskOf(secrets)
  if (mask.isEmpty) return text
  const bytes = Buffer.from(text)
  mask.cover(bytes)
  return bytes.toString()
}

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1)
