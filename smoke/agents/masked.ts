import { SecretMask } from '../../lib/secret-mask.ts'

/** A text with asterisks in the place of secrets, as they are and as JSON has them, in the same length. */
export function masked(text: string, secrets: readonly string[]): string {
  const forms = secrets.filter(secret => secret !== '').flatMap(secret => [secret, inJson(secret)])
  const mask = new SecretMask([...new Set(forms)])
  if (mask.isEmpty) return text
  const bytes = Buffer.from(text)
  mask.cover(bytes)
  return bytes.toString()
}

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1)
