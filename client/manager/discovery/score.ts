import type { Entry } from '../descriptor/entry.ts'

export type Wanted = { readonly query: string; readonly tags: readonly string[] }

/** How much a word says, by where it is found. */
const weights = { name: 1, title: 0.9, tag: 0.8, description: 0.5 }
/** A word that is only part of a longer one says less. */
const within = 0.6

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []

/**
 * How well a server fits what is looked for: 1 where each word and tag is one of its name's, 0 where none is found at all. A query
 * without words fits everything alike.
 */
export function score(entry: Entry, { query, tags }: Wanted): number {
  const fields = [
    [weights.name, wordsOf(entry.name)],
    [weights.title, wordsOf(entry.title ?? '')],
    [weights.tag, entry.tags.flatMap(wordsOf)],
    [weights.description, wordsOf(entry.description)],
  ] as const
  const wanted = new Set([query, ...tags].flatMap(wordsOf))
  if (wanted.size === 0) return 1
  let sum = 0
  for (const word of wanted)
    sum += Math.max(
      ...fields.map(([weight, words]) => {
        if (words.includes(word)) return weight
        return words.some(one => one.includes(word)) ? weight * within : 0
      }),
    )
  return Math.round((1_000 * sum) / wanted.size) / 1_000
}

/** Best first, then by name. */
export function ranked<Item extends { readonly entry: Entry }>(
  items: readonly Item[],
  wanted: Wanted,
  { limit, least }: { limit: number; least: number },
): (Item & { readonly score: number })[] {
  return items
    .map(item => ({ ...item, score: score(item.entry, wanted) }))
    .filter(one => one.score >= least)
    .sort((a, b) => b.score - a.score || (a.entry.name < b.entry.name ? -1 : 1))
    .slice(0, limit)
}
