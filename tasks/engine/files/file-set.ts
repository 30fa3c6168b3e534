import { type FileKind, type FileLook, fileKinds, isTrustworthy } from './file-look.ts'

export interface KnownFile {
  /** Relative to the root, with `/`. */
  readonly path: string
  readonly look: FileLook
  /** SHA-256, in hexadecimal. */
  readonly digest: string
}

/** How many numbers a look is kept as: size, times, inode, kind. */
export const lookNumbers = 5
const digestBytes = 32
const headerBytes = 8

/**
 * Files as they were at one time, packed so that ten thousand of them are read back without being taken apart: a header
 * (8 bytes: version, count), the looks (5 float64 each), the digests (32 bytes each), the paths (UTF-8, NUL between).
 */
export class FileSet {
  readonly bytes: Uint8Array
  readonly count: number
  readonly #looks: Float64Array
  readonly #digests: Uint8Array
  #text: string | undefined
  #paths: readonly string[] | undefined

  private constructor(bytes: Uint8Array, count: number) {
    this.bytes = bytes
    this.count = count
    const looksEnd = headerBytes + count * lookNumbers * 8
    // A view has to begin at a multiple of eight of its buffer.
    const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice()
    this.#looks = new Float64Array(aligned.buffer, aligned.byteOffset + headerBytes, count * lookNumbers)
    this.#digests = bytes.subarray(looksEnd, looksEnd + count * digestBytes)
  }

  /** A look that a later change might not show in is kept so that it is equal to none. */
  static of(files: readonly KnownFile[], readAt: number): FileSet {
    const text = Buffer.from(files.map(({ path }) => path).join('\0'))
    const looksBytes = files.length * lookNumbers * 8
    const bytes = new Uint8Array(headerBytes + looksBytes + files.length * digestBytes + text.length)
    new Uint32Array(bytes.buffer, 0, 2).set([1, files.length])
    const looks = new Float64Array(bytes.buffer, headerBytes, files.length * lookNumbers)
    for (const [i, { look, digest }] of files.entries()) {
      const ino = isTrustworthy(look, readAt) ? look.ino : Number.NaN
      putNumbers(looks, i * lookNumbers, { ...look, ino }, fileKinds.indexOf(look.kind))
      bytes.set(Buffer.from(digest, 'hex'), headerBytes + looksBytes + i * digestBytes)
    }
    bytes.set(text, bytes.length - text.length)
    return new FileSet(bytes, files.length)
  }

  /** Undefined where the bytes are no set: damaged, or of another version. */
  static read(bytes: Uint8Array): FileSet | undefined {
    if (bytes.length < headerBytes) return undefined
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    const count = view.getUint32(4, true)
    const fixed = headerBytes + count * (lookNumbers * 8 + digestBytes)
    return view.getUint32(0, true) === 1 && bytes.length >= fixed ? new FileSet(bytes, count) : undefined
  }

  get paths(): readonly string[] {
    this.#paths ??= this.count === 0 ? [] : this.#names().split('\0')
    return this.#paths
  }

  /** Whether these are the same paths in the same order; nothing is taken apart for that. */
  hasPaths(paths: readonly string[]): boolean {
    return paths.length === this.count && paths.join('\0') === this.#names()
  }

  isSame(i: number, look: FileLook): boolean {
    return sameNumbers(this.#looks, i * lookNumbers, look)
  }

  /** The same of a look that is kept at a place of a list. */
  isSameIn(i: number, looks: Float64Array, place: number): boolean {
    const own = this.#looks
    const ownAt = i * lookNumbers
    const at = place * lookNumbers
    for (let n = 0; n < lookNumbers; n++) if (own[ownAt + n] !== looks[at + n]) return false
    return true
  }

  /** The look of a file, as it is kept. */
  numbersAt(i: number): Float64Array {
    return this.#looks.subarray(i * lookNumbers, (i + 1) * lookNumbers)
  }

  kindAt(i: number): FileKind {
    return fileKinds[this.#looks[i * lookNumbers + 4] ?? -1] ?? 'other'
  }

  digestAt(i: number): string {
    return Buffer.from(this.#digests.subarray(i * digestBytes, (i + 1) * digestBytes)).toString('hex')
  }

  #names(): string {
    const { buffer, byteOffset, length } = this.bytes
    const start = headerBytes + this.count * (lookNumbers * 8 + digestBytes)
    this.#text ??= Buffer.from(buffer, byteOffset + start, length - start).toString()
    return this.#text
  }
}

/** Whether a look that is kept at a place of a list is this one. */
export function sameNumbers(
  looks: Float64Array,
  at: number,
  { size, mtimeMs, ctimeMs, ino, kind }: FileLook,
): boolean {
  return (
    looks[at + 2] === ctimeMs &&
    looks[at + 1] === mtimeMs &&
    looks[at] === size &&
    looks[at + 3] === ino &&
    looks[at + 4] === fileKinds.indexOf(kind)
  )
}

/** Keeps a look, or what the system says of a file, at a place of a list. `kind` is a place among the kinds. */
export function putNumbers(
  looks: Float64Array,
  at: number,
  { size, mtimeMs, ctimeMs, ino }: Omit<FileLook, 'kind'>,
  kind: number,
): void {
  looks[at] = size
  looks[at + 1] = mtimeMs
  looks[at + 2] = ctimeMs
  looks[at + 3] = ino
  looks[at + 4] = kind
}

/** A look that is kept at a place of a list. */
export function lookFrom(looks: Float64Array, at: number): FileLook {
  const [size = 0, mtimeMs = 0, ctimeMs = 0, ino = 0, kind = -1] = looks.subarray(at, at + lookNumbers)
  return { size, mtimeMs, ctimeMs, ino, kind: fileKinds[kind] ?? 'other' }
}
