/** The first 32 bits of the fractional parts of the roots of the first primes (FIPS 180-4, 4.2.2 and 5.3.3). */
const primes: readonly number[] = firstPrimes(64)
const fraction = (root: number): number => ((root % 1) * 2 ** 32) | 0
const constants = Int32Array.from(primes, prime => fraction(Math.cbrt(prime)))
const beginning = Int32Array.from(primes.slice(0, 8), prime => fraction(Math.sqrt(prime)))

const blockBytes = 64
const words = new Int32Array(64)

/**
 * SHA-256, in hexadecimal, of a few bytes. To load Node's takes as long as this one takes for more than a hundred blocks, and
 * most of what a run digests is shorter than that by far.
 */
export function smallSha256(content: Uint8Array): string {
  // A bit of one, zeros, and the length in bits, up to the end of a block.
  const blocks = Math.ceil((content.length + 9) / blockBytes)
  const padded = new Uint8Array(blocks * blockBytes)
  padded.set(content)
  padded[content.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 4, content.length * 8)
  const state = beginning.slice()
  for (let block = 0; block < blocks; block++) mix(state, view, block * blockBytes)
  return Array.from(state, word => (word >>> 0).toString(16).padStart(8, '0')).join('')
}

/** One block (6.2.2). */
function mix(state: Int32Array, view: DataView, at: number): void {
  for (let i = 0; i < 16; i++) words[i] = view.getInt32(at + i * 4)
  for (let i = 16; i < 64; i++) {
    const early = words[i - 15] as number
    const late = words[i - 2] as number
    const low = turned(early, 7) ^ turned(early, 18) ^ (early >>> 3)
    const high = turned(late, 17) ^ turned(late, 19) ^ (late >>> 10)
    words[i] = (words[i - 16] as number) + low + (words[i - 7] as number) + high
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as Eight
  for (let i = 0; i < 64; i++) {
    const chosen = (e & f) ^ (~e & g)
    const sumOfE = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)
    const first = (h + sumOfE + chosen + (constants[i] as number) + (words[i] as number)) | 0
    const majority = (a & b) ^ (a & c) ^ (b & c)
    const sumOfA = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)
    h = g
    g = f
    f = e
    e = (d + first) | 0
    d = c
    c = b
    b = a
    a = (first + sumOfA + majority) | 0
  }
  const mixed = [a, b, c, d, e, f, g, h]
  for (let i = 0; i < 8; i++) state[i] = (state[i] as number) + (mixed[i] as number)
}

type Eight = [number, number, number, number, number, number, number, number]

const turned = (word: number, by: number): number => (word >>> by) | (word << (32 - by))

function firstPrimes(count: number): number[] {
  const found: number[] = []
  for (let n = 2; found.length < count; n++) if (found.every(prime => n % prime !== 0)) found.push(n)
  return found
}
