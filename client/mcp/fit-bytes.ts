/** A whole line is worth more than a part of one: so much of what fits is given up for it. */
const forLine = 0.25

/**
 * How many bytes from the first on fit, up to the end of a line or at least of a character; 0 where none do. It is asked
 * for whole characters: half of one makes bytes of a text, which take another size.
 */
export function headLength(bytes: Buffer, fits: (length: number) => boolean): number {
  const whole = (length: number) => onCharacter(bytes, length, -1)
  const most = whole(largest(bytes.length, length => fits(whole(length))))
  const line = bytes.lastIndexOf('\n', most - 1) + 1
  return most < bytes.length && line > most * (1 - forLine) && fits(line) ? line : most
}

/** Where the last bytes that fit begin, at a line or at least at a character; the length of all where none do. */
export function tailStart(bytes: Buffer, fits: (length: number) => boolean): number {
  const { length: all } = bytes
  const whole = (length: number) => onCharacter(bytes, all - length, 1)
  const first = whole(largest(all, length => fits(all - whole(length))))
  const line = bytes.indexOf('\n', first) + 1
  return line > first && line < first + (all - first) * forLine && fits(all - line) ? line : first
}

/** The nearest place in this direction that is not in the middle of a UTF-8 character. */
export function onCharacter(bytes: Buffer, at: number, step: 1 | -1): number {
  for (let i = 0; i < 4; i += 1) {
    const place = at + i * step
    const byte = bytes[place]
    if (place === bytes.length || (byte !== undefined && (byte & 0xc0) !== 0x80)) return place
  }
  // Bytes that are no text have no such place.
  return at
}

/** The largest number up to `most` that fits, by halving. */
function largest(most: number, fits: (length: number) => boolean): number {
  let low = 0
  let high = most
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (fits(middle)) low = middle
    else high = middle - 1
  }
  return low
}
