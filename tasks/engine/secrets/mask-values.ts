import { CommandError } from '../command-error.ts'
import type { Masker } from './masker.ts'

/**
 * A copy of a value in which every text is masked, keys too, and numbers that show a secret have become `***`. It has
 * the shape that JSON gives to the value, and errors as `maskError` copies them. With no secrets it is the value itself.
 */
export function maskDeep(masker: Masker, value: unknown): unknown {
  return masker.empty ? value : copyOf(masker, value, new Map())
}

/**
 * A copy of an error, of the same class, whose message, stack, cause and other properties are masked. What was thrown
 * and is no error is copied as `maskDeep` does. With no secrets it is the error itself.
 */
export const maskError = maskDeep

/** `seen` holds the copies of what the walk has met, for causes and values may lead back to themselves. */
type Seen = Map<object, unknown>

function copyOf(masker: Masker, value: unknown, seen: Seen): unknown {
  switch (typeof value) {
    case 'string':
      return masker.mask(value)
    case 'number':
    case 'bigint': {
      const text = String(value)
      const masked = masker.mask(text)
      return masked === text ? value : masked
    }
    case 'object':
      return value === null || ArrayBuffer.isView(value)
        ? value
        : (seen.get(value) ?? copyOfObject(masker, value, seen))
    default:
      return value
  }
}

function copyOfObject(masker: Masker, value: object, seen: Seen): unknown {
  const copy = (one: unknown) => copyOf(masker, one, seen)
  if (value instanceof CommandError) return copyOfCommandError(masker, value, seen)
  if (value instanceof Error) return copyOfError(masker, value, seen)
  if (Array.isArray(value)) {
    const copied: unknown[] = []
    seen.set(value, copied)
    for (const item of value) copied.push(copy(item))
    return copied
  }
  if (value instanceof Map) {
    const copied = new Map<unknown, unknown>()
    seen.set(value, copied)
    for (const [key, item] of value) copied.set(copy(key), copy(item))
    return copied
  }
  if (value instanceof Set) {
    const copied = new Set<unknown>()
    seen.set(value, copied)
    for (const item of value) copied.add(copy(item))
    return copied
  }
  if ('toJSON' in value && typeof value.toJSON === 'function') return copy(value.toJSON())
  const copied: Record<string, unknown> = {}
  seen.set(value, copied)
  for (const [key, item] of Object.entries(value)) copied[masker.mask(key)] = copy(item)
  return copied
}

function copyOfError(masker: Masker, error: Error, seen: Seen): Error {
  // It is a true error, and of the same class; the constructor of that may do anything, so it is not called.
  const copied = Object.setPrototypeOf(
    new Error(masker.mask(error.message)),
    Object.getPrototypeOf(error),
  ) as Error
  seen.set(error, copied)
  copyProperties(masker, error, copied, seen)
  return copied
}

/** Its command may have been cut in the middle of a secret, and the message repeats it. */
function copyOfCommandError(masker: Masker, error: CommandError, seen: Seen): CommandError {
  const command = masker.maskCut(error.command)
  const copied = new CommandError(
    command,
    error.fault,
    error.lastLines.map(line => masker.mask(line)),
  )
  seen.set(error, copied)
  const { message } = copied
  copyProperties(masker, error, copied, seen)
  const stack = masker.mask((error.stack ?? '').replace(error.message, () => message))
  Object.defineProperties(copied, {
    command: { value: command, enumerable: true },
    message: { value: message },
    stack: { value: stack },
  })
  return copied
}

function copyProperties(masker: Masker, from: Error, to: Error, seen: Seen): void {
  for (const key of Reflect.ownKeys(from)) {
    const enumerable = Object.prototype.propertyIsEnumerable.call(from, key)
    const value = copyOf(masker, Reflect.get(from, key), seen)
    Object.defineProperty(to, key, { value, enumerable, writable: true, configurable: true })
  }
}
