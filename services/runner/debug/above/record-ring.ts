import {
  mostRecords,
  type NewRecord,
  type ProbeRecord,
  type Recorded,
} from '../../../contract/debug-probes.ts'
import { Observed } from '../observed.ts'

/** The last records of a debug session, each under a number of its own. */
export class RecordRing {
  readonly last = new Observed(0)
  readonly #most: number
  #records: ProbeRecord[] = []

  constructor(most = mostRecords) {
    this.#most = most
  }

  add(record: NewRecord): void {
    const number = this.last.value + 1
    this.#records.push({ ...record, number } as ProbeRecord)
    // Not one by one: each would move all the others.
    if (this.#records.length >= this.#most * 2) this.#records = this.#records.slice(-this.#most)
    this.last.set(number)
  }

  /** Some that were never told: their numbers go by. */
  lose(count: number): void {
    this.last.set(this.last.value + count)
  }

  after(number: number, limit: number): Omit<Recorded, 'probes'> {
    const kept = this.#records.slice(-this.#most)
    const following = kept.filter(record => record.number > number)
    const records = following.slice(0, limit)
    const next = records.length < following.length ? (records.at(-1)?.number ?? number) : this.last.value
    return {
      records,
      next: Math.max(next, Math.min(number, this.last.value)),
      lost: Math.max(0, next - number - records.length),
      more: records.length < following.length,
    }
  }
}
