/**
 * What a Range header asks for of a representation of `length` bytes (RFC 9110, section 14):
 *
 * - `whole`: all of it, for the header is not there, counts something else than bytes, or names several ranges, which a
 *   server need not honour;
 * - `part`: its bytes `first` to `last`, both included;
 * - `unsatisfiable`: nothing of it is there;
 * - `invalid`: it says bytes, and is no range of them.
 */
export type ByteRange =
  | { readonly kind: 'whole' | 'unsatisfiable' | 'invalid' }
  | { readonly kind: 'part'; readonly first: number; readonly last: number }

export function byteRange(header: string | undefined, length: number): ByteRange {
  const [, ranges] = /^bytes=(.*)$/is.exec(header ?? '') ?? []
  if (ranges === undefined) return { kind: 'whole' }
  const specs = ranges.split(',').map(readSpec)
  const [spec] = specs
  if (spec === undefined || specs.includes(undefined)) return { kind: 'invalid' }
  if (specs.length > 1) return { kind: 'whole' }
  return 'suffix' in spec ? lastOf(spec.suffix, length) : partOf(spec, length)
}

type Spec = { readonly first: number; readonly last: number } | { readonly suffix: number }

function readSpec(text: string): Spec | undefined {
  const [, from, to] = /^[ \t]*(\d*)-(\d*)[ \t]*$/.exec(text) ?? []
  if (from === undefined || to === undefined || (from === '' && to === '')) return undefined
  if (from === '') return { suffix: Number(to) }
  const spec = { first: Number(from), last: to === '' ? Number.POSITIVE_INFINITY : Number(to) }
  return spec.first > spec.last ? undefined : spec
}

const partOf = ({ first, last }: { first: number; last: number }, length: number): ByteRange =>
  first >= length ? { kind: 'unsatisfiable' } : { kind: 'part', first, last: Math.min(last, length - 1) }

/** The last bytes of nothing are nothing, which no Content-Range can say: the whole of it can. */
function lastOf(suffix: number, length: number): ByteRange {
  if (suffix === 0) return { kind: 'unsatisfiable' }
  if (length === 0) return { kind: 'whole' }
  return { kind: 'part', first: Math.max(0, length - suffix), last: length - 1 }
}
