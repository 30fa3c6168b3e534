export type Shared<T> = AsyncDisposable & { readonly value: T }

/** Things that several share: each is made for the first who takes it, and ended with the last who gives it back. */
export class SharedByKey<Key, T extends AsyncDisposable> {
  readonly #byKey = new Map<Key, { readonly value: T; users: number }>()

  get size(): number {
    return this.#byKey.size
  }

  take(key: Key, make: () => T): Shared<T> {
    const entry = this.#byKey.get(key) ?? { value: make(), users: 0 }
    this.#byKey.set(key, entry)
    entry.users++
    return {
      value: entry.value,
      [Symbol.asyncDispose]: async () => {
        if (--entry.users > 0) return
        // At once, so that whoever comes from now on makes another.
        this.#byKey.delete(key)
        await entry.value[Symbol.asyncDispose]()
      },
    }
  }
}
