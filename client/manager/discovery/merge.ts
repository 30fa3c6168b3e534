import { isDeepStrictEqual } from 'node:util'
import type { Found, From } from './discovered.ts'

/** `kept`: what is there under that name is of another source, which nobody but that source changes. */
export type Merged = { readonly name: string; readonly status: 'added' | 'updated' | 'cached' | 'kept' }

export const keyOf = (name: string): string => name.toLowerCase()

const sourceOf = (from: From): string => (from.kind === 'registry' ? from.url : from.path)
const sameSource = (one: From, other: From): boolean =>
  one.kind === other.kind && sourceOf(one) === sourceOf(other)

/**
 * What is found now beside what was found before. A catalogue of this machine comes before a registry, which could otherwise
 * have a name mean something else; among equals, who was first.
 */
export function merged(
  before: readonly Found[],
  now: readonly Found[],
): { readonly found: Found[]; readonly merged: Merged[] } {
  const all = new Map(before.map(one => [keyOf(one.entry.name), one]))
  const told = now.map((one): Merged => {
    const { name } = one.entry
    const known = all.get(keyOf(name))
    const isNearer = known?.from.kind === 'registry' && one.from.kind === 'catalog'
    if (known !== undefined && !sameSource(known.from, one.from) && !isNearer) return { name, status: 'kept' }
    all.set(keyOf(name), one)
    if (known === undefined) return { name, status: 'added' }
    return { name, status: isDeepStrictEqual(known, one) ? 'cached' : 'updated' }
  })
  return { found: [...all.values()], merged: told }
}

/** A source as it is now: what it no longer has is gone. */
export function replaced(before: readonly Found[], from: From, now: readonly Found[]) {
  const names = new Set(now.map(({ entry }) => keyOf(entry.name)))
  const isGone = (one: Found) => sameSource(one.from, from) && !names.has(keyOf(one.entry.name))
  const result = merged(
    before.filter(one => !isGone(one)),
    now,
  )
  return { ...result, removed: before.filter(isGone).map(({ entry }) => entry.name) }
}
