import type { Memory } from './memory.ts'

/** Small things that are cheaper to remember than to find out: by a key that says all that they depend on. */
export interface Remembered {
  get(key: string): unknown
  set(key: string, value: unknown): void
}

/** How many are kept. */
const most = 2_000

/** What is set is written by `keep`, once it is known that this process may write. */
export class RememberedThings implements Remembered {
  readonly #memory: Memory
  readonly #set = new Map<string, unknown>()

  constructor(memory: Memory) {
    this.#memory = memory
  }

  get(key: string): unknown {
    if (this.#set.has(key)) return this.#set.get(key)
    const [row] = this.#memory.all('select value from remembered where key = ?', key)
    return typeof row?.value === 'string' ? JSON.parse(row.value) : undefined
  }

  set(key: string, value: unknown): void {
    this.#set.set(key, value)
  }

  /** Whether anything was set that is not kept yet. */
  get hasNews(): boolean {
    return this.#set.size > 0
  }

  keep(holdsSecret: (text: string) => boolean = () => false): void {
    for (const [key, value] of this.#set)
      if (holdsSecret(key) || holdsSecret(JSON.stringify(value))) this.#set.delete(key)
    if (this.#set.size === 0) return
    this.#memory.together(() => {
      for (const [key, value] of this.#set)
        this.#memory.run(
          'insert or replace into remembered (key, value, used_at) values (?, ?, ?)',
          key,
          JSON.stringify(value),
          this.#memory.now(),
        )
      this.#memory.run(
        `delete from remembered where key in
           (select key from remembered order by used_at desc limit -1 offset ${most})`,
      )
    })
    this.#set.clear()
  }
}
