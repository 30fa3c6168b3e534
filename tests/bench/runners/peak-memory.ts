import { readFileSync } from 'node:fs'

const everyMs = 5

/**
 * Watches the processes below one, itself included, for the most memory that any of them had (VmHWM). Commands that a
 * runner runs are small beside it, and so is what a process can add between the last look and its end.
 */
export class PeakMemory {
  #kibibytes = 0
  readonly #timer: NodeJS.Timeout

  constructor(root: number) {
    this.#timer = setInterval(() => this.#look(root), everyMs)
  }

  /** In MiB. */
  stop(): number {
    clearInterval(this.#timer)
    return this.#kibibytes / 1024
  }

  #look(pid: number): void {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'latin1')
      const [, peak] = /VmHWM:\s+(\d+)/.exec(status) ?? []
      this.#kibibytes = Math.max(this.#kibibytes, Number(peak ?? 0))
      const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1')
      for (const child of children.split(' ')) if (child !== '') this.#look(Number(child))
    } catch {} // It has ended.
  }
}
