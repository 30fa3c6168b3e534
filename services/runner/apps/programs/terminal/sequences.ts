/** A control sequence in what a program writes to its terminal: see ECMA-48, section 5. `end` is behind its last byte. */
export type Sequence = {
  /** `string`: a command with text in it, such as a title (OSC, DCS, SOS, PM, APC). */
  readonly kind: 'escape' | 'control' | 'string'
  readonly start: number
  readonly end: number
  /** False where the bytes end before it does. */
  readonly whole: boolean
}

const escapeByte = 0x1b

/** All of them, in order. What lies between them is text. */
export function* sequences(bytes: Buffer): Generator<Sequence> {
  for (let start = bytes.indexOf(escapeByte); start !== -1; ) {
    const found = sequenceAt(bytes, start)
    yield found
    start = bytes.indexOf(escapeByte, found.end)
  }
}

function sequenceAt(bytes: Buffer, start: number): Sequence {
  switch (bytes[start + 1]) {
    case 0x5b: // [
      return finished('control', bytes, start, past(bytes, past(bytes, start + 2, 0x30, 0x3f), 0x20, 0x2f))
    case 0x5d: // ]
    case 0x50: // P
    case 0x58: // X
    case 0x5e: // ^
    case 0x5f: // _
      return textAt(bytes, start)
    default:
      return finished('escape', bytes, start, past(bytes, start + 1, 0x20, 0x2f))
  }
}

/** Where the bytes from `at` on that lie between those two end. */
function past(bytes: Buffer, at: number, low: number, high: number): number {
  let place = at
  for (let byte = bytes[place]; byte !== undefined && byte >= low && byte <= high; byte = bytes[place])
    place++
  return place
}

/** `last`: where its last byte should be. Another byte ends it as well, and is no part of it. */
function finished(kind: Sequence['kind'], bytes: Buffer, start: number, last: number): Sequence {
  const byte = bytes[last]
  if (byte === undefined) return { kind, start, end: bytes.length, whole: false }
  const least = kind === 'control' ? 0x40 : 0x30
  return { kind, start, end: byte >= least && byte <= 0x7e ? last + 1 : last, whole: true }
}

function textAt(bytes: Buffer, start: number): Sequence {
  for (let at = start + 2; at < bytes.length; at++) {
    const byte = bytes[at]
    const kind = 'string'
    // A bell, as xterm has it; CAN and SUB, which take it back.
    if (byte === 0x07 || byte === 0x18 || byte === 0x1a) return { kind, start, end: at + 1, whole: true }
    if (byte !== escapeByte) continue
    if (at + 1 === bytes.length) break
    return { kind, start, end: bytes[at + 1] === 0x5c ? at + 2 : at, whole: true }
  }
  return { kind: 'string', start, end: bytes.length, whole: false }
}
