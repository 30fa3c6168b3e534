import type { Change } from '../changes.ts'

/**
 * What a result came from beside files: by name, a text that is compared. The name begins with its kind: `param port`.
 */
export type Facts = Readonly<Record<string, string>>

/** The same facts, in whatever order, are the same text. */
export function factsText(facts: Facts): string {
  return JSON.stringify(Object.fromEntries(Object.entries(facts).sort(([a], [b]) => (a < b ? -1 : 1))))
}

/** What differs between facts of two times. Facts about sources and needs are told by those who know more of them. */
export function factChanges(before: Facts, now: Facts): Change[] {
  const names = new Set([...Object.keys(now), ...Object.keys(before)])
  return [...names].filter(name => before[name] !== now[name]).flatMap(name => changeOf(name, before, now))
}

function changeOf(fact: string, before: Facts, now: Facts): Change[] {
  const [kind = '', name = ''] = splitAt(fact, fact.indexOf(' '))
  switch (kind) {
    case 'value':
    case 'param':
    case 'env':
      return [{ kind, name }]
    case 'tool':
      return [{ kind, name, from: before[fact], to: now[fact] }]
    case 'rest':
      return [{ kind }]
    case 'need': {
      const [resultBefore, outputsBefore] = (before[fact] ?? '').split(' ')
      const [result, outputs] = (now[fact] ?? '').split(' ')
      if (result === unknownResult) return [{ kind, name, what: 'unknown' }]
      if (result !== resultBefore) return [{ kind, name, what: 'result' }]
      return outputs === outputsBefore ? [] : [{ kind, name, what: 'outputs' }]
    }
    case 'sources':
      return []
    default:
      return [{ kind: 'definition' }]
  }
}

/** In the place of the digest of a result that cannot be stored, and so not be compared. */
export const unknownResult = '?'

function splitAt(text: string, at: number): [string, string?] {
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}
