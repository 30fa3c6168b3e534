import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { deadlineIn, type Ended, endUntilNone } from '../processes/end-processes.ts'
import { identify, isAlive, type ProcessIdentity } from '../processes/identity.ts'
import { readKernelFile } from '../processes/read-kernel-file.ts'
import { writeKernelFile } from '../processes/write-kernel-file.ts'
import { removeGroup, withInner } from './group-directory.ts'

/** How long what has been killed may take to leave its group, as pauses in milliseconds. */
const leaving = [1, 2, 5, 10, 20, 50, 100, 200, 400]

/**
 * The processes of a control group, of which version 1 has several directories, with those of the groups that were made in it.
 * Nothing of it is kept here, so that it is the same for whoever looks. Not asynchronous where it reads and writes: each
 * file takes microseconds, and none waits for a disk.
 */
export class GroupProcesses {
  readonly #tops: readonly string[]

  constructor(directories: readonly string[]) {
    this.#tops = directories
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
    if (members().length > 0)
      for (const directory of this.#tops) {
        // Nobody in it forks any more; where the kernel can, it kills all of them at once.
        tryToWrite(join(directory, 'pids.max'), '0')
        tryToWrite(join(directory, 'cgroup.kill'), '1')
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
    const lines = this.#directories().flatMap(directory => linesOf(join(directory, 'cgroup.procs')))
    return [...new Set(lines.map(Number))]
  }

  /** With those of groups that its processes have made in it, the innermost first. */
  #directories(): string[] {
    return this.#tops.flatMap(withInner)
  }
}

function linesOf(path: string): string[] {
  try {
    return readKernelFile(path)
      .split('\n')
      .filter(line => line !== '')
  } catch {
    return [] // it is not there
  }
}

/** For files that not every kernel has, or not every group. */
function tryToWrite(path: string, text: string): void {
  try {
    writeKernelFile(path, text)
  } catch {
    // It is done without.
  }
}
