/** So often in a row a run is interrupted since the inputs of one task change. */
const interruptions = 2
/** So many runs in a row may find them changed before it is taken for the task's own doing. */
const patience = 5

/**
 * Counts for each task in how many runs in a row its inputs changed while the run went on. That may be somebody who
 * edits fast, or the tasks themselves, and nothing tells one from the other but that those never end. So at first a run is
 * interrupted for such a change, then it goes on to its end, and after a few more it is not repeated.
 */
export class Strikes {
  readonly #counts = new Map<string, number>()
  #hit = new Set<string>()

  /** Inputs of the task have changed while the run goes on, or has just ended. */
  hit(task: string): void {
    this.#hit.add(task)
  }

  /** Whether a run is to be interrupted for this task, which has been hit. */
  interrupts(task: string): boolean {
    return this.#count(task) <= interruptions
  }

  /** Whether the task, which has been hit, is what changes its inputs. */
  isOwnDoing(task: string): boolean {
    return this.#count(task) >= patience
  }

  /** The next run begins; in the last one these tasks were judged. */
  next(judged: Iterable<string>): void {
    for (const task of judged) this.#counts.set(task, this.#hit.has(task) ? this.#count(task) : 0)
    this.#hit = new Set()
  }

  #count(task: string): number {
    return (this.#counts.get(task) ?? 0) + (this.#hit.has(task) ? 1 : 0)
  }
}
