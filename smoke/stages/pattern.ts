/**
 * What a value of JSON has to look like: a text, a number and the like have to be equal, a regular expression has to fit a text, of
 * an object the fields that are named have to fit, of a list all elements, or those that it begins with.
 */
export type Pattern =
  | string
  | number
  | boolean
  | null
  | RegExp
  | readonly Pattern[]
  | Beginning
  | { readonly [name: string]: Pattern }

class Beginning {
  readonly elements: readonly Pattern[]
  constructor(elements: readonly Pattern[]) {
    this.elements = elements
  }
}

/** Of a list the first elements, whatever comes after them. */
export const beginsWith = (...elements: readonly Pattern[]): Pattern => new Beginning(elements)

/** Where a value does not fit, and what was expected there; undefined where it does. */
export function mismatch(pattern: Pattern, value: unknown, path = ''): string | undefined {
  if (pattern instanceof RegExp)
    return typeof value === 'string' && pattern.test(value)
      ? undefined
      : differs(path, value, String(pattern))
  if (typeof pattern !== 'object' || pattern === null)
    return pattern === value ? undefined : differs(path, value, JSON.stringify(pattern))
  const isList = Array.isArray(pattern) || pattern instanceof Beginning
  if (typeof value !== 'object' || value === null || isList !== Array.isArray(value))
    return differs(path, value, isList ? 'a list' : 'an object')
  if (Array.isArray(pattern) && Array.isArray(value) && value.length > pattern.length)
    return differs(path, value, pattern.length === 0 ? 'an empty list' : `a list of ${pattern.length}`)
  const fields = new Map(Object.entries(value))
  for (const [name, part] of Object.entries(pattern instanceof Beginning ? pattern.elements : pattern)) {
    const found = mismatch(part, fields.get(name), path === '' ? name : `${path}.${name}`)
    if (found !== undefined) return found
  }
  return undefined
}

const longest = 200

function differs(path: string, value: unknown, expected: string): string {
  const text = value === undefined ? 'missing' : JSON.stringify(value)
  const shown = text.length > longest ? `${text.slice(0, longest)}…` : text
  return `${path === '' ? 'it' : path} is ${shown}, expected ${expected}`
}
