import { readFile } from 'node:fs/promises'
import { entryBearsMark } from '../../../../lib/processes/bears-mark.ts'
import type { ProcessEntry } from '../../../../lib/processes/process-entry.ts'
import { scopeVariable } from '../../../../lib/processes/process-scope.ts'
import { environmentReader, processTable } from '../../../../lib/processes/process-table.ts'
import type { CommandId } from '../../../contract/ids.ts'
import { cutText } from '../cut-text.ts'

const longestLine = 200

export type Child = { readonly pid: number; readonly command: string }

/**
 * The processes that a debuggee has started and that live. `pid`: the debuggee's, as it sees itself, which apart from the
 * host is another number than here. Only processes that bear the command's mark are looked at.
 */
export async function debuggeeChildren(command: CommandId, pid: number | undefined): Promise<Child[]> {
  if (pid === undefined || process.platform !== 'linux') return []
  const read = environmentReader()
  const mark = { mark: command, since: 0 }
  const members = processTable().entries.filter(
    entry => entryBearsMark(entry, scopeVariable, mark, read) === true,
  )
  let debuggee: ProcessEntry | undefined
  for (const member of members) if ((await pidInside(member.pid)) === pid) debuggee = member
  if (debuggee === undefined) return []
  const found = descendants(members, debuggee.pid)
  return Promise.all(found.map(async entry => ({ pid: entry.pid, command: await lineOf(entry.pid) })))
}

function descendants(members: readonly ProcessEntry[], root: number): ProcessEntry[] {
  const within = new Set([root])
  // A parent may come after its child: numbers begin anew.
  for (let size = 0; size !== within.size; ) {
    size = within.size
    for (const { pid, ppid } of members) if (within.has(ppid)) within.add(pid)
  }
  return members.filter(({ pid }) => pid !== root && within.has(pid))
}

/** Its number in the innermost namespace that it is in. */
async function pidInside(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const [, numbers] = /^NSpid:\s+(.*)$/m.exec(status) ?? []
  const last = numbers?.trim().split(/\s+/).at(-1)
  return last === undefined ? undefined : Number(last)
}

async function lineOf(pid: number): Promise<string> {
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return cutText(line.replaceAll('\0', ' ').trim() || '?', longestLine).value
}
