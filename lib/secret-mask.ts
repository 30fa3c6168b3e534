import { AhoCorasick } from './aho-corasick.ts'

/** Lines of a secret that are shorter are masked only where all of it stands: they are too likely by chance. */
const shortestLine = 8

/** What stands for a byte of a secret. */
const cover = 0x2a // *

/**
 * Finds secrets in the bytes of a log. What is masked depends on the bytes alone, never on where somebody begins to read:
 * every byte that belongs to any occurrence, overlapping ones included.
 */
export class SecretMask {
  /** Finds the forms: each secret, it without the blank space around it, and its longer lines. */
  readonly #words: AhoCorasick
  /** How far an occurrence that begins before a place can reach into it, in bytes. */
  readonly reach: number
  readonly isEmpty: boolean

  constructor(secrets: readonly string[]) {
    const forms = [...new Set(secrets.flatMap(formsOf))].map(form => Buffer.from(form))
    this.reach = Math.max(0, ...forms.map(form => form.length - 1))
    this.isEmpty = forms.length === 0
    this.#words = new AhoCorasick(forms)
  }

  /** Masks, in place, what stands there as a whole. */
  cover(bytes: Buffer): void {
    // Apart from one another, in order: what overlaps is one, so that no byte is filled twice.
    const found: Span[] = []
    let state = 0
    for (let at = 0; at < bytes.length; at++) {
      state = this.#words.step(state, bytes[at] ?? 0)
      const length = this.#words.wordAt(state)
      if (length > 0) join(found, { from: at + 1 - length, to: at + 1 })
    }
    for (const { from, to } of found) bytes.fill(cover, from, to)
  }

  /** How many bytes at the end begin a secret and are not all of it; at most `reach`. */
  unfinished(bytes: Buffer): number {
    let state = 0
    for (const byte of bytes.subarray(-this.reach)) state = this.#words.step(state, byte)
    return this.#words.unfinishedAt(state)
  }
}

type Span = { from: number; to: number }

/** Adds a span that ends behind all others. */
function join(spans: Span[], { from, to }: Span): void {
  let begin = from
  for (let last = spans.at(-1); last !== undefined && last.to >= begin; last = spans.at(-1)) {
    begin = Math.min(begin, last.from)
    spans.pop()
  }
  spans.push({ from: begin, to })
}

function formsOf(secret: string): string[] {
  const lines = secret.split(/\r?\n/).map(line => line.trim())
  return [secret, secret.trim(), ...lines.filter(line => Buffer.byteLength(line) >= shortestLine)]
}
