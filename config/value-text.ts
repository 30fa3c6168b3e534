import type { Key } from './keys.ts'

/** Stands for a value that is not shown. */
export const hidden = '****'

/** A value as it would be written, for people: without secrets, in one line that is not too long. */
export function valueText(value: unknown, secret: Key['secret'], valid: boolean): string {
  if (secret === true || (secret === 'wrong' && !valid)) return hidden
  const text = value instanceof Date ? value.toISOString() : (written(value) ?? String(value))
  const safe = withoutCredentials(text)
  return safe.length > 200 ? `${safe.slice(0, 200)}…` : safe
}

/** A value as data, without secrets. */
export function shownValue(value: unknown, secret: Key['secret']): unknown {
  if (secret === true) return hidden
  if (typeof value === 'string') return withoutCredentials(value)
  return value
}

function written(value: unknown): string | undefined {
  if (Array.isArray(value)) return `[${value.map(element => written(element)).join(', ')}]`
  // JSON has no word for nan and inf.
  return typeof value === 'number' ? String(value) : JSON.stringify(value)
}

/** Up to the last `@`: a password may hold one, or a slash, where it should not. */
const withoutCredentials = (text: string): string => text.replace(/\/\/[^\s"]*@/g, `//${hidden}@`)
