import { readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { bearsMark } from '../../../../lib/processes/bears-mark.ts'
import type { ProcessEntry } from '../../../../lib/processes/process-entry.ts'
import { scopeVariable } from '../../../../lib/processes/process-scope.ts'
import { environmentReader, processTable } from '../../../../lib/processes/process-table.ts'
import { readKernelFile } from '../../../../lib/processes/read-kernel-file.ts'
import { scopeMembers } from '../../../../lib/processes/scope-members.ts'
import type { CommandId } from '../../../contract/ids.ts'
import type { CommandRow } from '../../../store/schema.ts'

/** A process that a command has started, as the host knows it and as it is known to itself. */
export type OwnProcess = {
  readonly command: CommandId
  /** In the namespace of its command. */
  readonly pid: number
  readonly hostPid: number
  readonly startTime: string
  /** Whether its command has processes of its own, as in a sandbox. */
  readonly apart: boolean
  readonly words: readonly string[]
  readonly traced: boolean
}

type Command = Pick<CommandRow, 'id' | 'debuggee'>

/** Files of ours that run beside a program, as its command's wrapper, or as its debugger. */
const ours = join(import.meta.dirname, '../../')
const debuggers = /^(?:gdb|dlv|lldb-dap|lldb-server|lldb)$/

/**
 * The processes that are of one of these commands now: what they have started themselves, and nothing of ours that runs it. In
 * a sandbox that is everything inside but the first process, which is bubblewrap's.
 */
export function processesOf(commands: readonly Command[]): OwnProcess[] {
  const read = environmentReader()
  const { entries } = processTable()
  const self = namespaceOf('self')
  return commands.flatMap(({ id, debuggee }) => {
    const members = scopeMembers(
      entries,
      [],
      ({ pid }) => bearsMark(pid, scopeVariable, mark => mark === id, read) === true,
    )
    return members.flatMap(entry => {
      const found = seen(id, entry, self)
      if (found === undefined) return []
      const isDebugger = debuggee === 1 && debuggers.test(programOf(entry.pid))
      return isDebugger || found.words.some(word => word.startsWith(ours)) ? [] : [found]
    })
  })
}

function seen(command: CommandId, { pid: hostPid, startTime }: ProcessEntry, self: string | undefined) {
  try {
    const status = readKernelFile(`/proc/${hostPid}/status`)
    const numbers = /^NSpid:\s+(.+)$/m.exec(status)?.[1]?.split(/\s+/) ?? []
    const pid = Number(numbers.at(-1))
    const words = Buffer.from(readKernelFile(`/proc/${hostPid}/cmdline`), 'latin1')
      .toString()
      .split('\0')
      .slice(0, -1)
    if (!Number.isInteger(pid) || pid < 1 || words.length === 0) return undefined
    const apart = namespaceOf(`${hostPid}`) !== self
    if ((apart && pid === 1) || programOf(hostPid) === 'bwrap') return undefined
    const traced = Number(/^TracerPid:\s+(\d+)$/m.exec(status)?.[1] ?? 0) !== 0
    return { command, pid, hostPid, startTime, apart, words, traced } satisfies OwnProcess
  } catch {
    return undefined // it has gone
  }
}

const namespaceOf = (pid: string): string | undefined => linkOf(`/proc/${pid}/ns/pid`)

/** The name of the file that a process runs; empty where it has gone, or is nobody's to look at. */
export const programOf = (hostPid: number): string =>
  (linkOf(`/proc/${hostPid}/exe`) ?? '')
    .replace(/ \(deleted\)$/, '')
    .split('/')
    .at(-1) ?? ''

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}
