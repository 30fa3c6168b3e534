import { join } from 'node:path'
import { type CgroupPlace, directoriesOf, groupIn } from '../../../../lib/cgroups/cgroup-places.ts'
import { makeGroup } from '../../../../lib/cgroups/group-directory.ts'
import { GroupProcesses } from '../../../../lib/cgroups/group-processes.ts'
import type { Ended } from '../../../../lib/processes/end-processes.ts'
import type { ProcessIdentity } from '../../../../lib/processes/identity.ts'
import { readKernelFile } from '../../../../lib/processes/read-kernel-file.ts'
import { writeKernelFile } from '../../../../lib/processes/write-kernel-file.ts'
import type { CommandLimits } from '../../../contract/command-limits.ts'
import type { GroupDialect, GroupFile, GroupReading } from './dialect.ts'
import { version1 } from './version-1.ts'
import { version2 } from './version-2.ts'

/** The control group of one attempt to run a command: its limits, and what it has used of them. */
export class CommandGroup {
  readonly #place: CgroupPlace
  readonly #dialect: GroupDialect
  readonly #processes: GroupProcesses

  constructor(base: CgroupPlace, name: string) {
    this.#place = groupIn(base, name)
    this.#dialect = base.version === 1 ? version1 : version2
    this.#processes = new GroupProcesses(directoriesOf(this.#place))
  }

  /** Where a process with one thread writes `0` to join, one after the other. */
  get joining(): string[] {
    return directoriesOf(this.#place).map(directory => join(directory, this.#dialect.joining))
  }

  /** Makes it, or takes the one that is there, and sets its limits. Throws as the system does. */
  make(limits: Pick<CommandLimits, 'memory' | 'processes'>): void {
    for (const directory of directoriesOf(this.#place)) makeGroup(directory)
    for (const [file, value, need] of this.#dialect.settings(limits))
      try {
        writeKernelFile(this.#pathOf(file), String(value))
      } catch (error) {
        if (need !== 'optional') throw error
      }
  }

  /** What it has used, and was refused; nothing of either where it is not there. */
  read(): GroupReading {
    return this.#dialect.reading(file => textOf(this.#pathOf(file)))
  }

  members(): ProcessIdentity[] {
    return this.#processes.members()
  }

  /** Kills all that is in it. `mayEnd` is asked before each signal. */
  kill(mayEnd: () => boolean): Promise<Ended> {
    return this.#processes.kill(mayEnd)
  }

  /** Takes it away. False where somebody stays in it. */
  remove(): Promise<boolean> {
    return this.#processes.remove()
  }

  #pathOf([where, name]: GroupFile): string {
    return join(this.#place[where], name)
  }
}

function textOf(path: string): string | undefined {
  try {
    return readKernelFile(path)
  } catch {
    return undefined
  }
}
