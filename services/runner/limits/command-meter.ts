import { lstatSync } from 'node:fs'
import { monotonicMs } from '../../../lib/monotonic.ts'
import type { ProcessIdentity } from '../../../lib/processes/identity.ts'
import { processAge } from '../../../lib/processes/process-age.ts'
import { processMemory } from '../../../lib/processes/process-memory.ts'
import type { ProcessView } from '../../../lib/processes/process-view.ts'
import type { CommandLimits } from '../../contract/command-limits.ts'
import type { EndCause } from '../commands/command-outcome.ts'
import type { CommandProcesses } from '../commands/command-processes.ts'
import type { CommandGroup } from './cgroups/command-group.ts'
import type { GroupReading } from './cgroups/dialect.ts'
import { passedLimit } from './passed-limit.ts'

/** What is measured. */
export type Metered = {
  readonly processes: CommandProcesses
  readonly wrapper: ProcessIdentity
  readonly limits: CommandLimits
  /** The files that it writes to. */
  readonly logs: readonly string[]
  /** Its control group, where it has one. */
  readonly group: CommandGroup | undefined
}

/** Measures one running command: how long it runs, what it uses, and which limit it passes. */
export class CommandMeter {
  readonly #of: Metered
  readonly #passed: (cause: EndCause) => void
  readonly #began: number | undefined
  #peak: number | null = null

  /** `passed` is told, at each look, of the limit that is passed then. */
  constructor(of: Metered, passed: (cause: EndCause) => void) {
    this.#of = of
    this.#passed = passed
    const age = processAge(of.wrapper)
    this.#began = age === undefined ? undefined : monotonicMs() - age
  }

  /** What its group tells now. */
  read(): GroupReading | undefined {
    const reading = this.#of.group?.read()
    this.#note(reading?.memory)
    return reading
  }

  /** The most memory that was seen, in bytes; null where nobody has looked, or could tell. */
  get peak(): number | null {
    return this.#peak
  }

  /** Milliseconds that it has run so far; undefined where nobody can tell any more when it began. */
  get wallMs(): number | undefined {
    return this.#began === undefined ? undefined : monotonicMs() - this.#began
  }

  look(view: ProcessView): void {
    const { processes, limits, logs } = this.#of
    const members = processes.among(view)
    const reading = this.read()
    const memory = reading?.memory ?? memoryOf(members)
    this.#note(memory)
    const output = logs.reduce((sum, file) => sum + sizeOf(file), 0)
    const cause = passedLimit(limits, { processes: members.length, memory, output, refused: reading })
    if (cause !== undefined) this.#passed(cause)
  }

  #note(memory: number | undefined): void {
    if (memory !== undefined) this.#peak = Math.max(this.#peak ?? 0, memory)
  }
}

function memoryOf(members: readonly ProcessIdentity[]): number | undefined {
  const sizes = members.map(({ pid }) => processMemory(pid)).filter(size => size !== undefined)
  return sizes.length === 0 ? undefined : sizes.reduce((sum, size) => sum + size, 0)
}

function sizeOf(file: string): number {
  const found = lstatSync(file, { throwIfNoEntry: false })
  return found?.isFile() ? found.size : 0
}
