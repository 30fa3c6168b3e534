/**
 * The table at the end of a file in the seekable format of Zstandard: what frames there are, so that any byte can be read
 * without all that stands before it. It is a skippable frame, which other programs pass over.
 *
 *     0x184D2A5E  length  { compressed size, plain size } for each frame  number of frames  flags  0x8F92EAB1
 *
 * Numbers are little-endian and of 4 bytes, the flags of 1. See contrib/seekable_format of facebook/zstd, version 0.1.0.
 * The checksums that it may hold are not used: each frame has one of its own.
 */
export type Frame = {
  /** Bytes in the file, and of what it holds. */
  readonly compressed: number
  readonly plain: number
}

const skippableMagic = 0x184d2a5e
const seekableMagic = 0x8f92eab1
const headerBytes = 8
const entryBytes = 8
/** What stands at the very end of a file: it tells how long the table is. */
export const footerBytes = 9
const reservedFlags = 0b1111_1100

export function seekTable(frames: readonly Frame[]): Buffer {
  const table = Buffer.alloc(headerBytes + frames.length * entryBytes + footerBytes)
  table.writeUInt32LE(skippableMagic, 0)
  table.writeUInt32LE(table.length - headerBytes, 4)
  for (const [index, { compressed, plain }] of frames.entries()) {
    table.writeUInt32LE(compressed, headerBytes + index * entryBytes)
    table.writeUInt32LE(plain, headerBytes + index * entryBytes + 4)
  }
  const footer = table.length - footerBytes
  table.writeUInt32LE(frames.length, footer)
  table.writeUInt32LE(seekableMagic, footer + 5)
  return table
}

/** How long the table is that ends in this footer. Undefined where it is none, or of a kind that is not written here. */
export function tableBytes(footer: Buffer): number | undefined {
  if (footer.length !== footerBytes || footer.readUInt32LE(5) !== seekableMagic) return undefined
  if (((footer[4] ?? 0) & reservedFlags) !== 0) return undefined
  return headerBytes + footer.readUInt32LE(0) * entryBytes + footerBytes
}

/** Undefined where it is none. `table`: as long as `tableBytes` says. */
export function parseSeekTable(table: Buffer): Frame[] | undefined {
  if (table.length < headerBytes + footerBytes || table.readUInt32LE(0) !== skippableMagic) return undefined
  if (table.readUInt32LE(4) !== table.length - headerBytes) return undefined
  const count = (table.length - headerBytes - footerBytes) / entryBytes
  return Array.from({ length: count }, (_, index) => ({
    compressed: table.readUInt32LE(headerBytes + index * entryBytes),
    plain: table.readUInt32LE(headerBytes + index * entryBytes + 4),
  }))
}
