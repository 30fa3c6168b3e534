import { sequences } from './sequences.ts'

/**
 * What a terminal may be shown once more of what a program wrote: without what would have it answer, ring, or write to the
 * clipboard again. Its answers would be typed into the program that runs now.
 */
export function replayed(bytes: Buffer): Buffer {
  const kept: Buffer[] = []
  let at = 0
  const keepText = (end: number) => {
    if (end > at) kept.push(withoutBells(bytes.subarray(at, end)))
  }
  for (const { start, end, whole } of sequences(bytes)) {
    if (!whole || !acts(bytes.toString('latin1', start + 1, Math.min(end, start + longest)))) {
      keepText(start)
      kept.push(bytes.subarray(start, end))
    } else keepText(start)
    at = end
  }
  keepText(bytes.length)
  return Buffer.concat(kept)
}

/** How much of a sequence has to be seen to know what it does. */
const longest = 256

const acts = (text: string): boolean => questions.some(question => question.test(text))

const questions = [
  /^\[[?>=]?[\d;]*[cn]$/, // which terminal, how is it, where is the cursor
  /^\[>[\d;]*q$/, // its version
  /^\[\??[\d;]*\$p$/, // a mode
  /^\[[\d;]*x$/, // its parameters
  /^\[(?:1[1-9]|2[01])(?:;\d*)*t$/, // its window
  /^\[\?u$/, // its keyboard
  /^Z$/,
  /^\](?:52|\d+(?:;\d+)?;\?)/, // the clipboard; a colour
  /^\]5522/,
  /^P[$+]q/, // a setting
  /^_G/, // pictures, which are answered
]

function withoutBells(text: Buffer): Buffer {
  return text.includes(0x07) || text.includes(0x05)
    ? Buffer.from(text.filter(byte => byte !== 0x07 && byte !== 0x05))
    : text
}
