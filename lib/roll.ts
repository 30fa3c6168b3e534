/**
 * Who is there at the moment, where many come and go: in no order, and without a `Set`. A set that is added to and deleted from
 * gets a new table again and again, each old one names the next, and all that was in them when they were given up is held
 * until the whole heap is collected: of a server's requests as much as comes in seconds.
 */
export class Roll<Member> {
  readonly #all: { readonly member: Member; place: number }[] = []

  get size(): number {
    return this.#all.length
  }

  /** Those that are there now, whoever comes or goes meanwhile. */
  members(): Member[] {
    return this.#all.map(({ member }) => member)
  }

  /** There until it is disposed of. */
  enter(member: Member): Disposable {
    const entry = { member, place: this.#all.length }
    this.#all.push(entry)
    return {
      [Symbol.dispose]: () => {
        if (this.#all[entry.place] !== entry) return
        const last = this.#all.pop()
        if (last === undefined || last === entry) return
        this.#all[entry.place] = last
        last.place = entry.place
      },
    }
  }
}
