import { appendFileSync, readFileSync, renameSync } from 'node:fs'
import { errorCode } from '../../../lib/error-code.ts'
import type { Places } from './places.ts'
import { writeNew } from './verified-copy.ts'

/** Text that is longer than this is written anew as one number. */
const longest = 4096

/**
 * About how many bytes a cache holds, without walking it: a file with a line for each step, which several processes
 * append to without a lock, and with one number again after each prune, which counts.
 *
 * A process writes whole steps only, once it has stored as much. Each begins somewhere within one, at random, so that
 * many short processes that store little come to the right sum as well.
 */
export class SizeEstimate {
  readonly #places: Places
  readonly #step: number
  #unwritten: number

  constructor(places: Places, step: number) {
    this.#places = places
    this.#step = Math.max(1, Math.floor(step))
    this.#unwritten = Math.floor(Math.random() * this.#step)
  }

  /**
   * The estimate with this added, where that has made up a step, and undefined otherwise. Infinite where the file is
   * lost or damaged, so that somebody counts.
   */
  add(bytes: number): number | undefined {
    this.#unwritten += bytes
    if (this.#unwritten < this.#step) return undefined
    const added = this.#unwritten - (this.#unwritten % this.#step)
    this.#unwritten -= added
    const text = this.#read()
    if (text === undefined) return Number.POSITIVE_INFINITY
    const before = sum(text)
    if (text.length > longest && Number.isFinite(before)) this.set(before + added)
    else appendFileSync(this.#places.size, `${added}\n`)
    return before + added
  }

  set(bytes: number): void {
    const temporary = this.#places.newTemporary()
    writeNew(temporary, `${bytes}\n`)
    renameSync(temporary, this.#places.size)
  }

  #read(): string | undefined {
    try {
      return readFileSync(this.#places.size, 'latin1')
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined
      throw error
    }
  }
}

function sum(text: string): number {
  let total = 0
  for (const line of text.split('\n')) {
    if (line === '') continue
    if (!/^\d{1,15}$/.test(line)) return Number.POSITIVE_INFINITY
    total += Number(line)
  }
  return total
}
