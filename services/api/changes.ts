import type { FromRunner } from '../contract/runner-messages.ts'

/** Which rows have changed. One that names none may concern any. */
export type Change = Omit<Extract<FromRunner, { type: 'changed' }>, 'type'>

/** Hands hints about changed rows to whoever waits for one. A hint may be lost: every waiter polls as well. */
export class Changes {
  readonly #watchers = new Set<(change: Change) => void>()

  /** Calls `watcher` at each hint until disposed. */
  watch(watcher: (change: Change) => void): Disposable {
    this.#watchers.add(watcher)
    return { [Symbol.dispose]: () => this.#watchers.delete(watcher) }
  }

  announce(change: Change): void {
    for (const watcher of this.#watchers) watcher(change)
  }

  /** How many wait; what tests look at to see that nothing is left behind. */
  get watching(): number {
    return this.#watchers.size
  }
}

/** Whether a hint may concern a row: it names that row, or none at all. */
export const concerns = (change: Change, row: Change): boolean =>
  (change.repository === undefined && change.session === undefined && change.command === undefined) ||
  (row.repository !== undefined && change.repository === row.repository) ||
  (row.session !== undefined && change.session === row.session) ||
  (row.command !== undefined && change.command === row.command)
