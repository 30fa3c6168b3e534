/** Lines of a secret that are shorter are masked only where all of it stands: they are too likely by chance. */
const shortestLine = 8

/** What stands for a byte of a secret. */
const cover = 0x2a // *

/**
 * Finds secrets in the bytes of a log. What is masked depends on the bytes alone, never on where somebody begins to read:
 * every byte that belongs to any occurrence, overlapping ones included.
 */
export class SecretMask {
  /** The bytes to be found: each secret, it without the blank space around it, and its longer lines. */
  readonly #forms: readonly Buffer[]
  /** How far an occurrence that begins before a place can reach into it, in bytes. */
  readonly reach: number

  constructor(secrets: readonly string[]) {
    this.#forms = [...new Set(secrets.flatMap(formsOf))].map(form => Buffer.from(form))
    this.reach = Math.max(0, ...this.#forms.map(form => form.length - 1))
  }

  get isEmpty(): boolean {
    return this.#forms.length === 0
  }

  /** Masks, in place, what stands there as a whole. */
  cover(bytes: Buffer): void {
    const found: [from: number, to: number][] = []
    for (const form of this.#forms)
      for (let at = bytes.indexOf(form); at >= 0; at = bytes.indexOf(form, at + 1))
        found.push([at, at + form.length])
    for (const [from, to] of found) bytes.fill(cover, from, to)
  }

  /** How many bytes at the end begin a secret and are not all of it; at most `reach`. */
  unfinished(bytes: Buffer): number {
    let most = 0
    for (const form of this.#forms) {
      const first = bytes.subarray(-(form.length - 1))
      // The first place from which on all that is there fits is that of the longest beginning.
      for (let at = first.indexOf(form[0] ?? 0); at >= 0; at = first.indexOf(form[0] ?? 0, at + 1)) {
        const rest = first.subarray(at)
        if (!form.subarray(0, rest.length).equals(rest)) continue
        most = Math.max(most, rest.length)
        break
      }
    }
    return most
  }
}

function formsOf(secret: string): string[] {
  const lines = secret.split(/\r?\n/).map(line => line.trim())
  return [secret, secret.trim(), ...lines.filter(line => Buffer.byteLength(line) >= shortestLine)]
}
