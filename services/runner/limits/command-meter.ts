import { lstatSync } from 'node:fs'
import { monotonicMs } from '../../../lib/monotonic.ts'
import type { ProcessIdentity } from '../../../lib/processes/identity.ts'
import { processAge } from '../../../lib/processes/process-age.ts'
import { processMemory } from '../../../lib/processes/process-memory.ts'
import type { ProcessView } from '../../../lib/processes/process-view.ts'
import type { CommandLimits } from '../../contract/command-limits.ts'
import type { EndCause } from '../commands/command-outcome.ts'
import type { CommandProcesses } from '../commands/command-processes.ts'
import { passedLimit } from './passed-limit.ts'

/** Measures one running command: how long it runs, the most memory that was seen, and which limit it passes. */
export class CommandMeter {
  readonly #processes: CommandProcesses
  readonly #limits: CommandLimits
  readonly #logs: readonly string[]
  readonly #passed: (cause: EndCause) => void
  readonly #began: number | undefined
  #peak: number | null = null

  /** `logs`: the files that it writes to. `passed` is told, at each look, of the limit that is passed then. */
  constructor(
    processes: CommandProcesses,
    wrapper: ProcessIdentity,
    limits: CommandLimits,
    logs: readonly string[],
    passed: (cause: EndCause) => void,
  ) {
    this.#processes = processes
    this.#limits = limits
    this.#logs = logs
    this.#passed = passed
    const age = processAge(wrapper)
    this.#began = age === undefined ? undefined : monotonicMs() - age
  }

  /** Bytes; null where nobody has looked, or could tell. */
  get peak(): number | null {
    return this.#peak
  }

  /** Milliseconds that it has run so far; undefined where nobody can tell any more when it began. */
  get wallMs(): number | undefined {
    return this.#began === undefined ? undefined : monotonicMs() - this.#began
  }

  look(view: ProcessView): void {
    const members = this.#processes.among(view)
    const sizes = members.map(({ pid }) => processMemory(pid)).filter(size => size !== undefined)
    const memory = sizes.length === 0 ? undefined : sizes.reduce((sum, size) => sum + size, 0)
    if (memory !== undefined) this.#peak = Math.max(this.#peak ?? 0, memory)
    const output = this.#logs.reduce((sum, file) => sum + sizeOf(file), 0)
    const cause = passedLimit(this.#limits, { processes: members.length, memory, output })
    if (cause !== undefined) this.#passed(cause)
  }
}

function sizeOf(file: string): number {
  const found = lstatSync(file, { throwIfNoEntry: false })
  return found?.isFile() ? found.size : 0
}
