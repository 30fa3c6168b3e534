import { isDeepStrictEqual } from 'node:util'
import type { Offer } from './offer.ts'

/** In what a live server differs from what it is taken to offer. */
export type Drift =
  | { readonly kind: 'missing' | 'extra'; readonly what: 'tool' | 'prompt'; readonly name: string }
  | { readonly kind: 'missing' | 'extra'; readonly what: 'capability'; readonly name: Capability }
  | {
      readonly kind: 'changed'
      readonly what: 'tool' | 'prompt'
      readonly name: string
      /** What of it, such as `description`. */
      readonly fields: readonly string[]
    }

/** Whether it has any of these at all; which ones, is asked each time. */
type Capability = 'resources' | 'completions'

type Named = { readonly name: string; readonly [field: string]: unknown }

/** What is missing comes first, then what has changed, then what has been added. */
export function driftBetween(declared: Offer, live: Offer): Drift[] {
  const all = [
    ...differences('tool', declared.tools, live.tools),
    ...differences('prompt', declared.prompts, live.prompts),
    ...(['resources', 'completions'] as const).flatMap((name): Drift[] =>
      declared[name] === live[name]
        ? []
        : [{ kind: live[name] ? 'extra' : 'missing', what: 'capability', name }],
    ),
  ]
  return (['missing', 'changed', 'extra'] as const).flatMap(kind => all.filter(one => one.kind === kind))
}

/** A drift, with the definitions of before and of now where there are any. */
export type Compared = Drift & { readonly before?: Named; readonly after?: Named }

export function compared(declared: Offer, live: Offer): Compared[] {
  return driftBetween(declared, live).map(one => {
    if (one.what === 'capability') return one
    const definition = (offer: Offer) => offer[`${one.what}s`].find(({ name }) => name === one.name)
    const [before, after] = [definition(declared), definition(live)]
    return { ...one, ...(before && { before }), ...(after && { after }) }
  })
}

function differences(what: 'tool' | 'prompt', declared: readonly Named[], live: readonly Named[]): Drift[] {
  const now = new Map(live.map(one => [one.name, one]))
  const before = new Set(declared.map(({ name }) => name))
  return [
    ...declared.flatMap((one): Drift[] => {
      const { name } = one
      const other = now.get(name)
      if (other === undefined) return [{ kind: 'missing', what, name }]
      const fields = [...new Set([...Object.keys(one), ...Object.keys(other)])]
        .filter(field => !isDeepStrictEqual(one[field], other[field]))
        .sort()
      return fields.length === 0 ? [] : [{ kind: 'changed', what, name, fields }]
    }),
    ...[...now.keys()]
      .filter(name => !before.has(name))
      .map((name): Drift => ({ kind: 'extra', what, name })),
  ]
}
