import { z } from 'zod'

/** Of a generated file and of a source: lines and columns count from 0. */
export type Position = { readonly line: number; readonly column: number }
export type SourcePosition = Position & { readonly source: number }

const flatSchema = z.object({
  version: z.literal(3),
  sourceRoot: z.string().nullish(),
  sources: z.array(z.string().nullable()),
  names: z.array(z.string()).catch([]),
  mappings: z.string(),
})
const indexedSchema = z.object({
  version: z.literal(3),
  sections: z.array(z.object({ offset: z.object({ line: z.int(), column: z.int() }), map: flatSchema })),
})
const sourceMapSchema = z.union([flatSchema, indexedSchema])

/** Six numbers a segment: line and column of what is generated; source (-1 for none), its line and column; name (-1 for none). */
const width = 6

/**
 * A source map, version 3, with or without sections. Pure; one number after the other in one array, for a large bundle
 * has millions.
 */
export class SourceMap {
  readonly sources: readonly (string | null)[]
  /** What was renamed, by its names in the sources. */
  readonly names: readonly string[]
  readonly #segments: Int32Array

  private constructor(sources: readonly (string | null)[], names: readonly string[], segments: Int32Array) {
    this.sources = sources
    this.names = names
    this.#segments = segments
  }

  /** Undefined where it is none. */
  static parse(text: string): SourceMap | undefined {
    try {
      // What may stand before it, so that no browser takes it for a script.
      const { success, data } = sourceMapSchema.safeParse(JSON.parse(text.replace(/^\)\]\}'[^\n]*\n/, '')))
      if (!success) return undefined
      const parts = 'sections' in data ? data.sections : [{ offset: { line: 0, column: 0 }, map: data }]
      const sources: (string | null)[] = []
      const names: string[] = []
      const segments = new Segments()
      for (const { offset, map } of parts) {
        decode(map.mappings, offset, { source: sources.length, name: names.length }, segments)
        const root = map.sourceRoot ? `${map.sourceRoot.replace(/\/$/, '')}/` : ''
        for (const source of map.sources) sources.push(source === null ? null : root + source)
        for (const name of map.names) names.push(name)
      }
      return new SourceMap(sources, names, segments.all())
    } catch {
      return undefined
    }
  }

  /** Where this comes from; undefined where it comes from no source. */
  originalOf(position: Position): SourcePosition | undefined {
    const at = this.#segmentOf(position)
    return at === undefined ? undefined : this.#original(at)
  }

  /** What the name that is written here is called in the source; undefined where it was not renamed. */
  nameOf(position: Position): string | undefined {
    const at = this.#segmentOf(position)
    if (at === undefined || this.#number(at, 1) !== position.column) return undefined
    return this.names[this.#number(at, 5)]
  }

  #segmentOf({ line, column }: Position): number | undefined {
    let [low, high] = [0, this.#length]
    while (low < high) {
      const middle = (low + high) >> 1
      const [atLine, atColumn] = [this.#number(middle, 0), this.#number(middle, 1)]
      if (atLine < line || (atLine === line && atColumn <= column)) low = middle + 1
      else high = middle
    }
    // What stands before the first segment of a line belongs to that.
    const at = low > 0 && this.#number(low - 1, 0) === line ? low - 1 : low
    return at < this.#length && this.#number(at, 0) === line ? at : undefined
  }

  /** Where what is generated from a line begins, each time that something is. */
  generatedOf(source: number, line: number): Position[] {
    const found: Position[] = []
    let before = false
    for (let at = 0; at < this.#length; at++) {
      const isOfLine = this.#number(at, 2) === source && this.#number(at, 3) === line
      if (isOfLine && !before) found.push({ line: this.#number(at, 0), column: this.#number(at, 1) })
      before = isOfLine
    }
    return found
  }

  /** The first line from this one on from which something is generated. */
  nextLine(source: number, line: number): number | undefined {
    let nearest: number | undefined
    for (let at = 0; at < this.#length; at++) {
      const found = this.#number(at, 3)
      if (this.#number(at, 2) === source && found >= line && found < (nearest ?? Infinity)) nearest = found
    }
    return nearest
  }

  get #length(): number {
    return this.#segments.length / width
  }

  #number(segment: number, field: number): number {
    return this.#segments[segment * width + field] ?? 0
  }

  #original(segment: number): SourcePosition | undefined {
    const source = this.#number(segment, 2)
    return source < 0
      ? undefined
      : { source, line: this.#number(segment, 3), column: this.#number(segment, 4) }
  }
}

/** Numbers without a bound, in as little memory as there may be. */
class Segments {
  #numbers = new Int32Array(1_000 * width)
  #length = 0

  add(
    line: number,
    column: number,
    source: number,
    sourceLine: number,
    sourceColumn: number,
    name: number,
  ): void {
    if (this.#length + width > this.#numbers.length) {
      const longer = new Int32Array(this.#numbers.length * 2)
      longer.set(this.#numbers)
      this.#numbers = longer
    }
    const numbers = this.#numbers
    numbers[this.#length++] = line
    numbers[this.#length++] = column
    numbers[this.#length++] = source
    numbers[this.#length++] = sourceLine
    numbers[this.#length++] = sourceColumn
    numbers[this.#length++] = name
  }

  all(): Int32Array {
    return this.#numbers.slice(0, this.#length)
  }
}

/** Of a segment as it is written. */
const mostFields = 5
const comma = ','.charCodeAt(0)
const semicolon = ';'.charCodeAt(0)
/** By the codes of characters; -1 for one that is no digit. */
const digits = new Int8Array(128).fill(-1)
for (const [at, character] of [
  ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
].entries())
  digits[character.charCodeAt(0)] = at

/**
 * Adds the segments of `mappings`: base 64 VLQ, each number the difference to the one before. Whoever waits for the runner
 * waits for this: a character is no text here, and no segment a list.
 */
function decode(
  mappings: string,
  offset: Position,
  first: { readonly source: number; readonly name: number },
  into: Segments,
): void {
  let { line, column } = offset
  let { source, name } = first
  let [sourceLine, sourceColumn] = [0, 0]
  const fields = new Int32Array(mostFields)
  let [count, value, shift] = [0, 0, 0]
  for (let at = 0; at <= mappings.length; at++) {
    const code = at < mappings.length ? mappings.charCodeAt(at) : semicolon
    if (code !== comma && code !== semicolon) {
      const digit = digits[code] ?? -1
      if (digit < 0 || shift > 30 || count === mostFields) throw new Error('no base 64 VLQ')
      value += (digit & 31) << shift
      if (digit & 32) shift += 5
      else {
        fields[count++] = value & 1 ? -(value >>> 1) : value >>> 1
        value = shift = 0
      }
      continue
    }
    const [ofColumn = 0, ofSource = 0, ofLine = 0, ofSourceColumn = 0, ofName = 0] = fields
    if (shift > 0 || count === 2 || count === 3) throw new Error('no segment')
    if (count > 0) column += ofColumn
    if (count === 1) into.add(line, column, -1, 0, 0, -1)
    else if (count > 1) {
      source += ofSource
      sourceLine += ofLine
      sourceColumn += ofSourceColumn
      if (count === mostFields) name += ofName
      into.add(line, column, source, sourceLine, sourceColumn, count === mostFields ? name : -1)
    }
    count = 0
    if (code === semicolon) {
      line += 1
      column = 0
    }
  }
}
