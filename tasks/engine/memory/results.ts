/**
 * The bytes of a result, by the structured clone algorithm: objects and arrays, Map, Set, Date, RegExp, bigint and typed
 * arrays come back as they were. A class loses its methods that way and a function cannot be kept at
 * all, so these are named instead of being lost: `what` tells where in the result they are. No result is no bytes: most
 * tasks have none, and the algorithm takes longer to load than they do.
 */
export type Stored =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'not-storable'; readonly what: string }

export function storeResult(result: unknown): Stored {
  if (result === undefined) return { kind: 'bytes', bytes: new Uint8Array() }
  const what = misfit(result, 'it', new Set())
  if (what !== undefined) return { kind: 'not-storable', what }
  try {
    return { kind: 'bytes', bytes: process.getBuiltinModule('node:v8').serialize(result) }
  } catch (error) {
    return { kind: 'not-storable', what: error instanceof Error ? error.message : String(error) }
  }
}

export function readResult(bytes: Uint8Array): unknown {
  return bytes.length === 0 ? undefined : process.getBuiltinModule('node:v8').deserialize(bytes)
}

/** Objects of these come back as they were; not so those of classes that extend them. */
const kept: ReadonlySet<unknown> = new Set([Array, Map, Set, Date, RegExp].map(({ prototype }) => prototype))

function misfit(value: unknown, where: string, seen: Set<object>): string | undefined {
  if (typeof value === 'function') return `${where} is a function`
  if (typeof value === 'symbol') return `${where} is a symbol`
  if (typeof value !== 'object' || value === null || seen.has(value)) return undefined
  seen.add(value)
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return undefined
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && prototype !== Object.prototype && !kept.has(prototype)) {
    const name = value.constructor?.name
    return `${where} is ${typeof name === 'string' && name !== '' ? `an object of class ${name}` : 'no plain object'}`
  }
  if (Array.isArray(value))
    return firstMisfit(value.entries(), ([i, item]) => misfit(item, `${where}[${i}]`, seen))
  if (value instanceof Map)
    return firstMisfit(
      value,
      ([key, item]) =>
        misfit(key, `a key of ${where}`, seen) ?? misfit(item, `${where}.get(${String(key)})`, seen),
    )
  if (value instanceof Set) return firstMisfit(value, item => misfit(item, `a member of ${where}`, seen))
  return firstMisfit(Object.entries(value), ([key, item]) => misfit(item, `${where}.${key}`, seen))
}

function firstMisfit<T>(items: Iterable<T>, find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}
