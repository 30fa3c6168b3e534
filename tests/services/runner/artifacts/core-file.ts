/** Makes core dumps of 64-bit little-endian machines, as core(5) and elf(5) describe them, with the notes a test wants. */

export type CoreFile = {
  program: string
  signal: number
  /** The mapped files; the first one holds the entry point. */
  mapped: readonly string[]
}

export function coreFile({ program, signal, mapped }: CoreFile): Buffer {
  const status = Buffer.alloc(336)
  status.writeUInt16LE(signal, 12)
  const info = Buffer.alloc(136)
  info.write(program.slice(0, 15), 40, 'latin1')
  const base = 0x400000n
  const auxiliary = words([9n, base + 0x40n, 0n, 0n])
  const places = mapped.flatMap((_, i) => {
    const begin = base + BigInt(i) * 0x10000n
    return [begin, begin + 0x1000n, 0n]
  })
  const names = Buffer.from(mapped.map(name => `${name}\0`).join(''))
  const files = Buffer.concat([words([BigInt(mapped.length), 4096n, ...places]), names])
  const notes = Buffer.concat([
    note('CORE', 1, status),
    note('LINUX', 6, words([9n, 0n])),
    note('CORE', 3, info),
    note('CORE', 6, auxiliary),
    note('CORE', 0x46494c45, files),
  ])
  const header = Buffer.alloc(64)
  header.write('\x7fELF\x02\x01\x01', 'latin1')
  header.writeUInt16LE(4, 16) // ET_CORE
  header.writeBigUInt64LE(64n, 32) // the segments follow
  header.writeUInt16LE(56, 54)
  header.writeUInt16LE(1, 56)
  const segment = Buffer.alloc(56)
  segment.writeUInt32LE(4, 0) // PT_NOTE
  segment.writeBigUInt64LE(120n, 8)
  segment.writeBigUInt64LE(BigInt(notes.length), 32)
  return Buffer.concat([header, segment, notes])
}

function words(values: readonly bigint[]): Buffer {
  const buffer = Buffer.alloc(values.length * 8)
  for (const [i, value] of values.entries()) buffer.writeBigUInt64LE(value, i * 8)
  return buffer
}

function note(name: string, type: number, content: Buffer): Buffer {
  const head = Buffer.alloc(12)
  head.writeUInt32LE(name.length + 1, 0)
  head.writeUInt32LE(content.length, 4)
  head.writeUInt32LE(type, 8)
  return Buffer.concat([head, padded(Buffer.from(`${name}\0`)), padded(content)])
}

const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])
