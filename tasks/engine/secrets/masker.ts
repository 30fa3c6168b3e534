import { UserError } from '../../../lib/user-error.ts'
import { formsOf, shortest } from './secret-forms.ts'

/** What stands in the place of a secret. */
export const mask = '***'

/** From `start` up to `end`, which is not part of it. */
export interface Span {
  readonly start: number
  readonly end: number
}

/**
 * Knows the secrets of a run, and takes them out of texts. Where several overlap or follow on each other, one `***`
 * stands for all of them, so that no rest of any is left.
 */
export class Masker {
  #forms: readonly string[] = []

  /** Whether there is nothing to mask: every text stays as it is then. */
  get empty(): boolean {
    return this.#forms.length === 0
  }

  /** The length of the longest text that is masked. */
  get longest(): number {
    return this.#forms[0]?.length ?? 0
  }

  /**
   * From now on `value` is masked. An empty one is none. Throws a UserError for one that is too short, which names the
   * variable that it comes from and does not show it.
   */
  add(value: string, name?: string): void {
    if (value === '') return
    if (value.trim().length < shortest) {
      const what = name === undefined ? 'a secret of a task' : `the secret ${name}`
      throw new UserError(`${what} is shorter than ${shortest} characters, and would be masked everywhere`, {
        fix: 'take a longer one, or do not declare it a secret',
      })
    }
    const forms = new Set([...this.#forms, ...formsOf(value)])
    this.#forms = [...forms].sort((a, b) => b.length - a.length)
  }

  mask(text: string): string {
    if (this.#forms.length === 0) return text
    const spans = this.spansIn(text)
    return spans.length === 0 ? text : maskSpans(text, spans)
  }

  /** The same for a text that was cut and ends with `…`: what the cut has left of a secret is masked too. */
  maskCut(text: string): string {
    const masked = this.mask(text)
    if (this.#forms.length === 0 || !masked.endsWith('…')) return masked
    const kept = masked.slice(0, -1)
    const start = this.partialFrom(kept, Math.max(0, kept.length - this.longest))
    return kept.length - start < shortest ? masked : `${kept.slice(0, start)}${mask}…`
  }

  /** Where secrets are, in order, apart from each other. */
  spansIn(text: string): readonly Span[] {
    const found: Span[] = []
    for (const form of this.#forms) {
      for (let start = text.indexOf(form); start !== -1; start = text.indexOf(form, start + 1)) {
        found.push({ start, end: start + form.length })
      }
    }
    return found.length < 2 ? found : united(found)
  }

  /** The first place, `from` or behind it, from which on `text` may be the beginning of a secret; else its length. */
  partialFrom(text: string, from: number): number {
    for (let at = from; at < text.length; at++) {
      const length = text.length - at
      const first = text.charCodeAt(at)
      for (const form of this.#forms) {
        if (form.length <= length) break // the others are shorter still
        if (form.charCodeAt(0) === first && form.startsWith(text.slice(at))) return at
      }
    }
    return text.length
  }
}

/** The same places in order, where spans that overlap or touch are one. */
export function united(spans: readonly Span[]): readonly Span[] {
  const apart: Span[] = []
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start)) {
    const last = apart.at(-1)
    if (last === undefined || start > last.end) apart.push({ start, end })
    else if (end > last.end) apart[apart.length - 1] = { start: last.start, end }
  }
  return apart
}

function maskSpans(text: string, spans: readonly Span[]): string {
  let masked = ''
  let at = 0
  for (const { start, end } of spans) {
    masked += text.slice(at, start) + mask
    at = end
  }
  return masked + text.slice(at)
}
