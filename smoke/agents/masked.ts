import { SecretMask } from '../../lib/secret-mask.ts'

/** A text with asterisks in the place of secrets, in the same length. */
export function masked(text: string, secrets: readonly string[]): string {
  const mask = new SecretMask(secrets.filter(secret => secret !== ''))
  if (mask.isEmpty) return text
  const bytes = Buffer.from(text)
  mask.cover(bytes)
  return bytes.toString()
}
