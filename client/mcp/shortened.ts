import { sizeOf } from './part.ts'

/** A value that fits, and the paths of what is not whole in it: texts that end in `…`, and lists without their end. */
export type Shortened = { readonly value: unknown; readonly paths: readonly string[] }

/** From mild to severe: the longest text, and the longest list, that stay whole. */
const limits = [
  [2_000, 200],
  [1_000, 100],
  [500, 50],
  [200, 20],
  [100, 10],
  [50, 5],
  [50, 2],
  [50, 0],
  [20, 0],
] as const

/** The value as it is where it fits; otherwise with its longest texts and lists cut until it does, with their paths. */
export function shortened(value: unknown, room: number): Shortened {
  let last: Shortened = { value, paths: [] }
  for (const [text, list] of limits) {
    if (sizeOf(last.value) + sizeOf(last.paths) <= room) return last
    const paths = new Set<string>()
    last = { value: cut(value, '', { text, list, paths }), paths: [...paths] }
  }
  return last
}

type Limits = { readonly text: number; readonly list: number; readonly paths: Set<string> }

function cut(value: unknown, path: string, limits: Limits): unknown {
  if (typeof value === 'string') {
    if (value.length <= limits.text) return value
    limits.paths.add(path)
    return `${value.slice(0, limits.text).replace(/[\ud800-\udbff]$/, '')}…`
  }
  if (Array.isArray(value)) {
    if (value.length > limits.list) limits.paths.add(path)
    return value.slice(0, limits.list).map(one => cut(one, `${path}[]`, limits))
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, cut(one, path === '' ? key : `${path}.${key}`, limits)]),
  )
}
