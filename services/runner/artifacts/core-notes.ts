import type { FileHandle } from 'node:fs/promises'

/** What a core dump tells of the program that left it. */
export type CoreNotes = {
  /** At most 15 bytes of its name. */
  program: string
  signal: number | null
  /** Where its executable lay when it ran, absolute. */
  executable: string | null
}

/**
 * Bounds of what is read: a program with very many threads and mappings stays below. Whoever made the file up decides how
 * many segments there are and where they lie, so the notes are bounded together.
 */
const mostNoteBytes = 64 * 1024 * 1024
const mostNoteSegments = 16
const mostTableBytes = 56 * 1_000_000

/** Names of core(5), elf(5) and the kernel's include/uapi/linux/elf.h. */
const elfMagic = Buffer.from('\x7fELF\x02\x01', 'latin1')
const typeCore = 4
const segmentNote = 4
/** In `e_phnum`: the number of segments stands in the first section header. */
const countElsewhere = 0xffff
/** Those of the kernel: others number theirs as they like. */
const kernelName = Buffer.from('CORE').readUInt32LE()
const note = { status: 1, processInfo: 3, auxiliary: 6, files: 0x46494c45 }
const wanted = new Set(Object.values(note))
const auxiliaryEntry = 9n

/** Whether a file begins like a core dump of a 64-bit little-endian machine: x86-64, AArch64, RISC-V. */
export const isCore = (head: Buffer): boolean =>
  head.length >= 64 && head.subarray(0, 6).equals(elfMagic) && head.readUInt16LE(16) === typeCore

/** Null where it says nothing of a program, as one that was cut off at its beginning does, passes a bound, or is late. */
export async function readCoreNotes(file: FileHandle, inTime: () => boolean): Promise<CoreNotes | null> {
  try {
    const segments = await noteSegments(file)
    const bytes = segments.reduce((sum, { size }) => sum + size, 0)
    if (segments.length > mostNoteSegments || bytes > mostNoteBytes) return null
    const notes: Notes = new Map()
    for (const { offset, size } of segments) {
      if (!inTime()) return null
      addNotes(notes, await readExactly(file, offset, size))
    }
    return coreNotes(notes)
  } catch (error) {
    if (error instanceof RangeError) return null // it ends before what it announces
    throw error
  }
}

async function noteSegments(file: FileHandle): Promise<{ offset: number; size: number }[]> {
  const header = await readExactly(file, 0, 64)
  let count = header.readUInt16LE(56)
  if (count === countElsewhere)
    count = (await readExactly(file, Number(header.readBigUInt64LE(40)), 64)).readUInt32LE(44)
  const entry = header.readUInt16LE(54)
  if (entry < 56 || count * entry > mostTableBytes) return []
  const table = await readExactly(file, Number(header.readBigUInt64LE(32)), count * entry)
  const segments = []
  for (let at = 0; at < table.length; at += entry)
    if (table.readUInt32LE(at) === segmentNote)
      segments.push({
        offset: Number(table.readBigUInt64LE(at + 8)),
        size: Number(table.readBigUInt64LE(at + 32)),
      })
  return segments
}

/** Of each type that is wanted the first. */
type Notes = Map<number, Buffer>

/** Copies what is wanted, so that nothing else of the segment is kept. */
function addNotes(notes: Notes, segment: Buffer): void {
  for (let at = 0; at + 16 <= segment.length; ) {
    const name = segment.readUInt32LE(at)
    const size = segment.readUInt32LE(at + 4)
    const type = segment.readUInt32LE(at + 8)
    const begin = at + 12 + padded(name)
    if (segment.readUInt32LE(at + 12) === kernelName && wanted.has(type) && !notes.has(type))
      notes.set(type, Buffer.from(segment.subarray(begin, begin + size)))
    at = begin + padded(size)
  }
}

const padded = (size: number): number => Math.ceil(size / 4) * 4

function coreNotes(notes: Notes): CoreNotes | null {
  const info = notes.get(note.processInfo)
  if (info === undefined) return null
  // Of the thread that was ended first, which the kernel writes first.
  const signal = notes.get(note.status)?.readUInt16LE(12) ?? 0
  const entry = entryPoint(notes.get(note.auxiliary))
  const mapped = notes.get(note.files)
  return {
    program: textAt(info, 40, 56),
    signal: signal === 0 ? null : signal,
    executable: entry === undefined || mapped === undefined ? null : fileAt(mapped, entry),
  }
}

/** Where the program began, which is in its executable: in none of its libraries, and not in the loader. */
function entryPoint(auxiliary: Buffer | undefined): bigint | undefined {
  for (let at = 0; auxiliary !== undefined && at + 16 <= auxiliary.length; at += 16)
    if (auxiliary.readBigUInt64LE(at) === auxiliaryEntry) return auxiliary.readBigUInt64LE(at + 8)
  return undefined
}

/** The file that is mapped at an address: count, page size, then begin, end and offset of each, then their names. */
function fileAt(mapped: Buffer, address: bigint): string | null {
  const count = Number(mapped.readBigUInt64LE(0))
  if (count > mapped.length / 24) return null
  let name = 16 + count * 24
  for (let at = 16; at < 16 + count * 24; at += 24) {
    const end = mapped.indexOf(0, name)
    if (end === -1) return null
    if (address >= mapped.readBigUInt64LE(at) && address < mapped.readBigUInt64LE(at + 8))
      return mapped.toString('utf8', name, end)
    name = end + 1
  }
  return null
}

function textAt(bytes: Buffer, begin: number, end: number): string {
  const text = bytes.subarray(begin, end)
  const length = text.indexOf(0)
  return text.toString('utf8', 0, length === -1 ? text.length : length)
}

/** Throws a RangeError where the file ends before, as Buffer's own methods do. */
async function readExactly(file: FileHandle, offset: number, size: number): Promise<Buffer> {
  const { size: whole } = await file.stat()
  if (!Number.isSafeInteger(offset + size) || offset + size > whole) throw new RangeError('beyond its end')
  const buffer = Buffer.alloc(size)
  const { bytesRead } = await file.read(buffer, 0, size, offset)
  if (bytesRead < size) throw new RangeError('beyond its end')
  return buffer
}
