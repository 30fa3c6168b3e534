import type { SecretMask } from '../../../../lib/secret-mask.ts'

/** The same value with the secrets in its texts masked. It is as deep as what JSON has brought. */
export function maskedValue(value: unknown, mask: SecretMask): unknown {
  if (mask.isEmpty) return value
  if (typeof value === 'string') return maskedText(value, mask)
  if (Array.isArray(value)) return value.map(one => maskedValue(one, mask))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [maskedText(name, mask), maskedValue(one, mask)]),
  )
}

export function maskedText(text: string, mask: SecretMask): string {
  if (mask.isEmpty) return text
  const bytes = Buffer.from(text)
  mask.cover(bytes)
  const masked = bytes.toString()
  return masked === text ? text : masked
}
