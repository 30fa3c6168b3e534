import {
  IdempotencyKey,
  type KeyedRequest,
  type KnownKey,
  KnownKeyError,
  underKey,
} from './idempotency-key.ts'
import type { Store } from './store.ts'

/**
 * Does what somebody asked for, unless that was done before. The first transaction of it that changes something also
 * writes down its key, and none is begun under a key that is known: whatever is killed, and however many ask at once,
 * there is one, or none and no key.
 */
export async function onlyOnce<T>(
  store: Store,
  request: KeyedRequest,
  work: () => Promise<T>,
): Promise<KnownKey | { readonly outcome: 'done'; readonly value: T }> {
  const key = new IdempotencyKey(request)
  const known = await store.read(database => key.find(database))
  if (known !== undefined) return known
  try {
    return { outcome: 'done', value: await underKey(key, work) }
  } catch (error) {
    if (error instanceof KnownKeyError && error.key === key) return error.known
    throw error
  }
}
