/**
 * What a value of JSON has to look like: a text, a number and the like have to be equal, a regular expression has to fit a text, of
 * an object the fields that are named have to fit, of a list the elements that are named, from the first. An empty list fits no
 * other: who writes `errors: []` means that there are none.
 */
export type Pattern =
  | string
  | number
  | boolean
  | null
  | RegExp
  | readonly Pattern[]
  | { readonly [name: string]: Pattern }

/** Where a value does not fit, and what was expected there; undefined where it does. */
export function mismatch(pattern: Pattern, value: unknown, path = ''): string | undefined {
  if (pattern instanceof RegExp)
    return typeof value === 'string' && pattern.test(value)
      ? undefined
      : differs(path, value, String(pattern))
  if (typeof pattern !== 'object' || pattern === null)
    return pattern === value ? undefined : differs(path, value, JSON.stringify(pattern))
  if (typeof value !== 'object' || value === null || Array.isArray(pattern) !== Array.isArray(value))
    return differs(path, value, Array.isArray(pattern) ? 'a list' : 'an object')
  if (Array.isArray(pattern) && Array.isArray(value) && pattern.length === 0 && value.length > 0)
    return differs(path, value, 'an empty list')
  const fields = new Map(Object.entries(value))
  for (const [name, part] of Object.entries(pattern)) {
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
