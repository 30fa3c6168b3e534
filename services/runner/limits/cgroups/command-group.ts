import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type CgroupPlace, directoriesOf, groupIn } from '../../../../lib/cgroups/cgroup-places.ts'
import { deadlineIn, type Ended, endUntilNone } from '../../../../lib/processes/end-processes.ts'
import { identify, isAlive, type ProcessIdentity } from '../../../../lib/processes/identity.ts'
import { readKernelFile } from '../../../../lib/processes/read-kernel-file.ts'
import { writeKernelFile } from '../../../../lib/processes/write-kernel-file.ts'
import type { CommandLimits } from '../../../contract/command-limits.ts'
import type { GroupDialect, GroupFile, GroupReading } from './dialect.ts'
import { makeGroup, removeGroup, withInner } from './group-directory.ts'
import { version1 } from './version-1.ts'
import { version2 } from './version-2.ts'

/** How long what has been killed may take to leave its group, as pauses in milliseconds. */
const leaving = [1, 2, 5, 10, 20, 50, 100, 200, 400]

/**
 * The control group of one attempt to run a command. Nothing of it is kept here, so that it is the same for whoever looks.
 * Not asynchronous where it reads and writes: each file takes microseconds, and none waits for a disk.
 */
export class CommandGroup {
  readonly #place: CgroupPlace
  readonly #dialect: GroupDialect

  constructor(base: CgroupPlace, name: string) {
    this.#place = groupIn(base, name)
    this.#dialect = base.version === 1 ? version1 : version2
  }

  /** Where a process with one thread writes `0` to join, one after the other. */
  get joining(): string[] {
    return directoriesOf(this.#place).map(directory => join(directory, this.#dialect.joining))
  }

  /** Makes it, or takes the one that is there, and sets its limits. Throws as the system does. */
  make(limits: Pick<CommandLimits, 'memory' | 'processes'>): void {
    for (const directory of directoriesOf(this.#place)) makeGroup(directory)
    for (const [file, value, need] of this.#dialect.settings(limits))
      if (need === 'optional') this.#tryToWrite(file, value)
      else this.#write(file, value)
  }

  /** What it has used, and was refused; nothing of either where it is not there. */
  read(): GroupReading {
    return this.#dialect.reading(file => textOf(this.#pathOf(file)))
  }

  /** Who is in it, of version 1 in any of its directories, for a process can be moved out of one alone. */
  members(): ProcessIdentity[] {
    const found = this.#pids()
      .map(pid => identify(pid))
      .filter(identity => identity !== undefined)
    if (found.length === 0) return []
    // A pid that went to another process meanwhile is not in it any more.
    const still = new Set(this.#pids())
    return found.filter(identity => still.has(identity.pid) && isAlive(identity))
  }

  /** Kills all that is in it. `mayEnd` is asked before each signal. */
  async kill(mayEnd: () => boolean): Promise<Ended> {
    const members = () => (mayEnd() ? this.members() : [])
    if (members().length > 0) {
      // Nobody in it forks any more; where the kernel can, it kills all of them at once.
      this.#tryToWrite(['pids', 'pids.max'], 0)
      this.#tryToWrite(['memory', 'cgroup.kill'], 1)
    }
    return await endUntilNone(members, deadlineIn(0))
  }

  /** Takes it away. False where somebody stays in it. */
  async remove(): Promise<boolean> {
    const isGone = () => this.#directories().filter(directory => !removeGroup(directory)).length === 0
    for (const pause of leaving) {
      if (isGone()) return true
      await delay(pause)
    }
    return isGone()
  }

  #pids(): number[] {
    const files = this.#directories().map(directory => join(directory, 'cgroup.procs'))
    const lines = files.flatMap(file => textOf(file)?.split('\n') ?? [])
    return [...new Set(lines.filter(line => line !== '').map(Number))]
  }

  /** With those of groups that its processes have made in it, the innermost first. */
  #directories(): string[] {
    return directoriesOf(this.#place).flatMap(withInner)
  }

  #write(file: GroupFile, value: number): void {
    writeKernelFile(this.#pathOf(file), String(value))
  }

  /** For files that not every kernel has. */
  #tryToWrite(file: GroupFile, value: number): void {
    try {
      this.#write(file, value)
    } catch {
      // It is done without.
    }
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
