import { readFile } from 'node:fs/promises'
import { entryBearsMark } from '../../../../lib/processes/bears-mark.ts'
import type { ProcessEntry } from '../../../../lib/processes/process-entry.ts'
import { scopeVariable } from '../../../../lib/processes/process-scope.ts'
import { environmentReader, processTable } from '../../../../lib/processes/process-table.ts'
import { scopeMembers } from '../../../../lib/processes/scope-members.ts'
import type { CommandId } from '../../../contract/ids.ts'

export type DebuggeeProcesses = {
  /** The debuggee itself, as the host numbers it. */
  readonly debuggee: ProcessEntry
  /** All that bear its command's mark, and what those have started, with whatever environment. */
  readonly members: readonly ProcessEntry[]
}

/**
 * A debuggee among the processes of the host. `pid`: its number as it sees itself, which apart from the host is another one
 * than here; where no adapter has told it, the debuggee is known by its tracer, which has started it. Undefined where it
 * cannot be found. `orDead`: one that nobody has taken notice of since it ended is found as well.
 */
export async function debuggeeProcesses(
  command: CommandId,
  pid: number | undefined,
  { orDead = false } = {},
): Promise<DebuggeeProcesses | undefined> {
  if (process.platform !== 'linux') return undefined
  const read = environmentReader()
  const mark = { mark: command, since: 0 }
  const bearsMark = (entry: ProcessEntry) => entryBearsMark(entry, scopeVariable, mark, read) === true
  const { entries } = processTable()
  const members = scopeMembers(entries, [], bearsMark)
  // The environment of a dead one, and so its mark, is gone.
  const alive = new Set(members.map(member => member.pid))
  const dead = entries.filter(({ zombie, ppid }) => orDead && zombie && alive.has(ppid))
  let debuggee: ProcessEntry | undefined
  for (const member of [...members, ...dead]) {
    const status = await statusOf(member.pid)
    const isIt = pid === undefined ? (await tracerOf(status)) === member.ppid : pidInside(status) === pid
    if (isIt && (debuggee === undefined || member.startOrder < debuggee.startOrder)) debuggee = member
  }
  return debuggee === undefined ? undefined : { debuggee, members }
}

/** What the kernel tells of a process; empty of one that is gone. */
export const statusOf = (pid: number): Promise<string> =>
  readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')

/** Its number in the innermost namespace that it is in. */
export function pidInside(status: string): number | undefined {
  const [, numbers] = /^NSpid:\s+(.*)$/m.exec(status) ?? []
  const last = numbers?.trim().split(/\s+/).at(-1)
  return last === undefined ? undefined : Number(last)
}

/** The process that traces one, by any thread of it. */
async function tracerOf(status: string): Promise<number | undefined> {
  const thread = Number(/^TracerPid:\s+(\d+)/m.exec(status)?.[1] ?? 0)
  if (thread === 0) return undefined
  return Number(/^Tgid:\s+(\d+)/m.exec(await statusOf(thread))?.[1])
}
