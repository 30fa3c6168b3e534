import { type Masker, mask, united } from './masker.ts'

/**
 * Masks a text that comes in pieces, as if it came whole: it holds back what may be the beginning of a secret, which is
 * always less than the longest one, and nothing where there is no such beginning.
 */
export class MaskedStream {
  readonly #masker: Masker
  #held = ''
  /** How much of the beginning of what is held belongs to a secret that began before it. */
  #covered = 0
  /** Whether what came last before it was a secret, for which `***` has been given out. */
  #inside = false

  constructor(masker: Masker) {
    this.#masker = masker
  }

  /** What can be shown now. */
  push(text: string): string {
    if (this.#held === '' && this.#masker.empty) return text
    const all = this.#held + text
    // No secret that begins before this place goes on behind the end of what is there.
    const certain = Math.max(0, all.length - this.#masker.longest + 1)
    return this.#give(all, this.#masker.partialFrom(all, certain))
  }

  /** The text has ended: what is left of it. The next one may begin. */
  end(): string {
    const rest = this.#give(this.#held, this.#held.length)
    this.#covered = 0
    this.#inside = false
    return rest
  }

  /** Gives out what is in front of the cut, masked, and holds what is behind it. */
  #give(all: string, cut: number): string {
    this.#held = all
    if (cut === 0) return ''
    const known = this.#covered === 0 ? [] : [{ start: 0, end: this.#covered }]
    let given = ''
    let at = 0
    for (const { start, end } of united([...known, ...this.#masker.spansIn(all)])) {
      if (start >= cut) break
      given += all.slice(at, start)
      if (start > 0 || !this.#inside) given += mask
      at = end
    }
    given += all.slice(at, cut)
    this.#inside = at >= cut
    this.#covered = Math.max(0, at - cut)
    this.#held = all.slice(cut)
    return given
  }
}
