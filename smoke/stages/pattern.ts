/**
 * What a value of JSON has to look like: a text, a number and the like have to be equal, a regular expression has to fit a text, of
 * an object the fields that are named have to fit, of a list all elements, or those that are asked for.
 */
export type Pattern =
  | string
  | number
  | boolean
  | null
  | RegExp
  | readonly Pattern[]
  | ListPart
  | { readonly [name: string]: Pattern }

type Parts = {
  /** What it begins with. */
  readonly first?: readonly Pattern[]
  /** What is anywhere in it. */
  readonly among?: readonly Pattern[]
  /** What is nowhere in it. */
  readonly without?: readonly Pattern[]
}

class ListPart {
  readonly first: readonly Pattern[]
  readonly among: readonly Pattern[]
  readonly without: readonly Pattern[]
  constructor({ first = [], among = [], without = [] }: Parts) {
    this.first = first
    this.among = among
    this.without = without
  }
}

/** A list that has these elements, and lacks those, whatever else is in it. */
export const listWith = (parts: Parts): Pattern => new ListPart(parts)

/** Of a list the first elements, whatever comes after them. */
export const beginsWith = (...first: readonly Pattern[]): Pattern => listWith({ first })

/** Where a value does not fit, and what was expected there; undefined where it does. */
export function mismatch(pattern: Pattern, value: unknown, path = ''): string | undefined {
  if (pattern instanceof RegExp)
    return typeof value === 'string' && pattern.test(value)
      ? undefined
      : differs(path, value, String(pattern))
  if (typeof pattern !== 'object' || pattern === null)
    return pattern === value ? undefined : differs(path, value, JSON.stringify(pattern))
  const isList = Array.isArray(pattern) || pattern instanceof ListPart
  if (typeof value !== 'object' || value === null || isList !== Array.isArray(value))
    return differs(path, value, isList ? 'a list' : 'an object')
  if (Array.isArray(pattern) && Array.isArray(value) && value.length > pattern.length)
    return differs(path, value, pattern.length === 0 ? 'an empty list' : `a list of ${pattern.length}`)
  const fields = new Map(Object.entries(value))
  for (const [name, part] of Object.entries(pattern instanceof ListPart ? pattern.first : pattern)) {
    const found = mismatch(part, fields.get(name), path === '' ? name : `${path}.${name}`)
    if (found !== undefined) return found
  }
  return pattern instanceof ListPart && Array.isArray(value) ? misplaced(pattern, value, path) : undefined
}

function misplaced({ among, without }: ListPart, list: readonly unknown[], path: string): string | undefined {
  const has = (pattern: Pattern) => list.some(element => mismatch(pattern, element) === undefined)
  const missing = among.find(pattern => !has(pattern))
  if (missing !== undefined) return differs(path, list, `${shown(missing)} in it`)
  const surplus = without.find(has)
  return surplus === undefined ? undefined : differs(path, list, `no ${shown(surplus)} in it`)
}

const shown = (pattern: Pattern): string =>
  pattern instanceof RegExp ? String(pattern) : JSON.stringify(pattern)

const longest = 200

function differs(path: string, value: unknown, expected: string): string {
  const text = value === undefined ? 'missing' : JSON.stringify(value)
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text
  return `${path === '' ? 'it' : path} is ${cut}, expected ${expected}`
}
