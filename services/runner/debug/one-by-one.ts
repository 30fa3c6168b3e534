/** Works on one after the other, however fast they come. Of those that wait, the last are kept. */
export class OneByOne<Item> {
  readonly #most: number
  readonly #work: (item: Item) => Promise<unknown>
  #waiting: readonly Item[] = []
  #isBusy = false

  /** `work` never rejects. */
  constructor(most: number, work: (item: Item) => Promise<unknown>) {
    this.#most = most
    this.#work = work
  }

  add(item: Item): void {
    this.#waiting = [...this.#waiting, item].slice(-this.#most)
    if (!this.#isBusy) void this.#workAll()
  }

  async #workAll(): Promise<void> {
    this.#isBusy = true
    for (let [item] = this.#waiting; item !== undefined; [item] = this.#waiting) {
      this.#waiting = this.#waiting.slice(1)
      await this.#work(item)
    }
    this.#isBusy = false
  }
}
