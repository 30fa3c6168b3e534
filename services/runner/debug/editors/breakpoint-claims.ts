import type { ViewerId } from '../../../contract/ids.ts'

/** Who has asked for a breakpoint: an editor, or all other clients together. */
type Claimant = ViewerId | 'others'

/**
 * Who holds which breakpoints of one debug session, by the key of each. An editor says all that it wants of a file at once:
 * what it leaves out goes, unless somebody else has asked for it as well. Pure: what follows of it is for the caller to do.
 */
export class BreakpointClaims {
  readonly #claims: Map<string, Set<Claimant>>

  constructor(claims: Iterable<readonly [string, Iterable<Claimant>]> = []) {
    this.#claims = new Map([...claims].map(([key, claimants]) => [key, new Set(claimants)]))
  }

  /** For a process that has the breakpoints of this one. */
  handedDown(): BreakpointClaims {
    return new BreakpointClaims(this.#claims)
  }

  /** Whether this editor has asked for it. */
  has(editor: ViewerId, key: string): boolean {
    return this.#claims.get(key)?.has(editor) === true
  }

  /** What nobody but this editor has asked for. */
  ofAlone(editor: ViewerId): string[] {
    const isAlone = (claimants: ReadonlySet<Claimant>) => claimants.size === 1 && claimants.has(editor)
    return [...this.#claims].flatMap(([key, claimants]) => (isAlone(claimants) ? [key] : []))
  }

  /** This editor alone had asked for these of a debuggee in whose place there is this one. */
  takeOver(editor: ViewerId, keys: readonly string[]): void {
    for (const key of keys) if (!this.#claims.has(key)) this.#claims.set(key, new Set([editor]))
  }

  /** Others have asked for these. */
  byOthers(keys: readonly string[]): void {
    for (const key of keys) this.#claims.get(key)?.add('others')
  }

  /**
   * An editor now wants these in place of those `before`. `present`: those that there are; one that no editor claims is of
   * others. Returns those that nobody wants any more.
   */
  replace(
    editor: ViewerId,
    before: readonly string[],
    wanted: readonly string[],
    present: Pick<ReadonlySet<string>, 'has'>,
  ): string[] {
    // Others have taken them away, whoever wanted them.
    for (const key of [...this.#claims.keys()]) if (!present.has(key)) this.#claims.delete(key)
    for (const key of wanted) {
      const known = this.#claims.get(key)
      if (known !== undefined) known.add(editor)
      else this.#claims.set(key, new Set(present.has(key) ? ['others', editor] : [editor]))
    }
    return before.filter(key => {
      if (wanted.includes(key)) return false
      const claimants = this.#claims.get(key)
      claimants?.delete(editor)
      if (claimants === undefined || claimants.size > 0) return false
      this.#claims.delete(key)
      return true
    })
  }
}
