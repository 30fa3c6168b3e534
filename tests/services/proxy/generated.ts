/** Requests and answers made of a number, the same for the same number. */

export type Generated = {
  readonly method: string
  readonly target: string
  readonly headers: readonly string[]
  /** In the pieces in which it is written; undefined: none. */
  readonly body: readonly Buffer[] | undefined
  readonly coding: 'length' | 'chunked'
}

export type GeneratedAnswer = {
  readonly status: number
  readonly message: string
  readonly headers: readonly string[]
  readonly body: readonly Buffer[]
  readonly framing: 'length' | 'chunked' | 'close'
}

/** A generator of numbers from 0 to below 1 (mulberry32). */
function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const noise = Buffer.from(Array.from({ length: 65_536 }, (_, at) => (at * at + (at >> 3)) & 255))

class Chance {
  readonly #next: () => number
  constructor(seed: number) {
    this.#next = random(seed)
  }

  below(most: number): number {
    return Math.floor(this.#next() * most)
  }

  of<T>(first: T, ...rest: readonly T[]): T {
    return [first, ...rest][this.below(rest.length + 1)] ?? first
  }

  text(letters: string, most: number): string {
    return Array.from({ length: this.below(most + 1) }, () => letters[this.below(letters.length)]).join('')
  }

  bytes(): Buffer {
    const start = this.below(noise.length >> 1)
    return noise.subarray(start, start + this.below(this.of(3, 30, 3_000, 30_000)))
  }

  pieces(): Buffer[] {
    return Array.from({ length: this.below(4) }, () => this.bytes())
  }
}

const token = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
const value = Array.from({ length: 0x7f - 0x20 }, (_, index) => String.fromCharCode(0x20 + index)).join('')
const latin = `${value}\u00e9\u00ff\u00a0\t`
const path = "/abcXYZ019-._~!$&'()*+,;=:@%"

/** Names that say something to a server or a proxy are met by none of these. */
function someHeaders(chance: Chance): string[] {
  return Array.from({ length: chance.below(8) }, () => [
    chance.of(
      `X-${chance.text(token, 12)}`,
      ...['Accept', 'Cookie', 'Authorization', 'Cache-Control', 'If-None-Match', 'x-same', 'X-Same'],
    ),
    chance.text(latin, 40).trim(),
  ]).flat()
}

export function generatedRequest(seed: number): Generated {
  const chance = new Chance(seed)
  const method = chance.of('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND')
  const query = chance.below(2) === 0 ? '' : `?${chance.text(`${path}?[]{}|"<>\\^\``, 30)}`
  return {
    method,
    target: `/${chance.text(path, 40)}${query}`,
    headers: someHeaders(chance),
    body: chance.below(2) === 0 || method === 'HEAD' ? undefined : chance.pieces(),
    coding: chance.of('length', 'chunked'),
  }
}

export function generatedAnswer(seed: number): GeneratedAnswer {
  const chance = new Chance(~seed)
  const status = chance.of(200, 201, 202, 204, 206, 299, 301, 304, 400, 404, 418, 500, 599)
  const isEmpty = status === 204 || status === 304
  const cookies = Array.from({ length: chance.below(3) }, (_, index) => [
    'Set-Cookie',
    `c${index}=${chance.below(9)}`,
  ])
  return {
    status,
    message: chance.of('OK', '', 'Many  Things', "It's \u00e9"),
    headers: [...someHeaders(chance), ...cookies.flat(), 'Date', 'Thu, 01 Jan 2026 00:00:00 GMT'],
    body: isEmpty ? [] : chance.pieces(),
    framing: isEmpty ? 'length' : chance.of('length', 'chunked', 'chunked', 'close'),
  }
}
