import { entryBearsMark } from '../../../lib/processes/bears-mark.ts'
import {
  deadlineIn,
  type Ended,
  endUntilCertain,
  endUntilNone,
  type Found,
} from '../../../lib/processes/end-processes.ts'
import { isAlive, type ProcessIdentity } from '../../../lib/processes/identity.ts'
import { noNewcomers } from '../../../lib/processes/newcomers.ts'
import type { PidMoment } from '../../../lib/processes/pid-sequence.ts'
import type { ProcessEntry } from '../../../lib/processes/process-entry.ts'
import { scopeVariable } from '../../../lib/processes/process-scope.ts'
import {
  type EnvironmentReader,
  environmentReader,
  processEntry,
  processTable,
} from '../../../lib/processes/process-table.ts'
import type { ProcessView } from '../../../lib/processes/process-view.ts'
import { scopeMembers } from '../../../lib/processes/scope-members.ts'
import type { CommandId } from '../../contract/ids.ts'
import { isSandboxMonitor } from '../sandbox/monitor.ts'

/** What stands between the wrapper and the program. */
export type Around = {
  /** The program that encloses commands, where there is one. */
  readonly sandbox?: string | undefined
  /** It has a terminal, which somebody holds. */
  readonly terminal?: boolean
}

/** A wrapper that was started here and now, with the moment before; or one of an earlier runner. */
export type Started = ProcessIdentity & { readonly since?: PidMoment }

const nobody: Found = { members: [], certain: true }

/** The processes of one command: what its wrapper started, in whatever session or group, whoever is their parent now. */
export class CommandProcesses {
  readonly #command: CommandId
  readonly #wrapper: Started
  readonly #mayEnd: () => boolean
  /** Start of the wrapper, where it was still there to be asked. */
  readonly #notOlderThan: number
  /** What the wrapper waits for in place of a program that is in a sandbox or has a terminal. */
  #monitors: readonly ProcessIdentity[] = []

  readonly #around: Around

  /** `mayEnd` is asked before each signal: from the moment it says no, nothing is ended here. */
  constructor(command: CommandId, wrapper: Started, mayEnd: () => boolean = () => true, around: Around = {}) {
    this.#mayEnd = mayEnd
    this.#around = around
    this.#command = command
    this.#wrapper = wrapper
    const entry = processEntry(wrapper.pid)
    this.#notOlderThan = entry?.startTime === wrapper.startTime ? entry.startOrder : 0
  }

  /** Ends all but the wrapper, which then records the exit code and leaves by itself; if it does not, it is ended too. */
  async end(graceMs: number): Promise<Ended> {
    const ended = await this.endLeftovers(graceMs)
    // The wrapper heeds no SIGTERM; where it was stopped, this continues it.
    const wrapper = () => (this.#mayEnd() ? [this.#wrapper, ...this.#monitors].filter(isAlive) : [])
    await endUntilNone(wrapper, deadlineIn(2_000))
    return ended
  }

  /** Ends all but the wrapper. Costs one look at the process table where there is nothing, and none soon after the start. */
  endLeftovers(graceMs: number): Promise<Ended> {
    const look = () => (!this.#mayEnd() || this.#nobodyIsLeft() ? nobody : this.#look())
    return endUntilCertain(look, deadlineIn(graceMs))
  }

  /** All but the wrapper and what stands between it and the program, as a look at all processes has them. */
  among(view: Pick<ProcessView, 'entries' | 'read'>): ProcessIdentity[] {
    const { others } = this.#others(view)
    const around = new Set(this.#monitorsAmong(others).map(({ pid }) => pid))
    // The first process inside is bubblewrap as well.
    const isAround = ({ pid, ppid }: ProcessEntry) =>
      around.has(pid) || (around.has(ppid) && this.#isSandbox(pid))
    return others.filter(entry => !isAround(entry))
  }

  #look(): Found {
    const { entries, complete } = processTable()
    const { others, certain } = this.#others({ entries, read: environmentReader() })
    // They leave by themselves once the program has, with the code of that; ended before, they would hide the code.
    this.#monitors = this.#monitorsAmong(others)
    return { members: others.filter(entry => !this.#monitors.includes(entry)), certain: complete && certain }
  }

  /** The quick answer, for commands that have soon ended by themselves. */
  #nobodyIsLeft(): boolean {
    const { since } = this.#wrapper
    if (since === undefined || isAlive(this.#wrapper)) return false
    const read = environmentReader()
    return noNewcomers(since, [this.#wrapper], entry => this.#bearsMark(entry, read))
  }

  #others({ entries, read }: Pick<ProcessView, 'entries' | 'read'>): {
    others: ProcessEntry[]
    certain: boolean
  } {
    let certain = true
    const members = scopeMembers(entries, [this.#wrapper], entry => {
      const bears = this.#bearsMark(entry, read)
      certain &&= bears !== undefined
      return bears ?? false
    })
    return { others: members.filter(({ pid }) => pid !== this.#wrapper.pid), certain }
  }

  /** Undefined where that cannot be told now, but may be in a moment. */
  #bearsMark(entry: ProcessEntry, read: EnvironmentReader): boolean | undefined {
    return entryBearsMark(entry, scopeVariable, { mark: this.#command, since: this.#notOlderThan }, read)
  }

  /** The holder of its terminal is all that the wrapper has started; bubblewrap is started by that, or by the wrapper. */
  #monitorsAmong(others: readonly ProcessEntry[]): ProcessEntry[] {
    const children = others.filter(({ ppid }) => ppid === this.#wrapper.pid)
    if (this.#around.terminal !== true) return children.filter(({ pid }) => this.#isSandbox(pid))
    const holders = new Set(children.map(({ pid }) => pid))
    return [...children, ...others.filter(({ pid, ppid }) => holders.has(ppid) && this.#isSandbox(pid))]
  }

  #isSandbox(pid: number): boolean {
    const { sandbox } = this.#around
    return sandbox !== undefined && isSandboxMonitor(pid, sandbox)
  }
}
