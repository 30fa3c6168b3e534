import { readFile } from 'node:fs/promises'
import type { ProcessEntry } from '../../../../lib/processes/process-entry.ts'
import { cutText } from '../cut-text.ts'
import { withoutShim } from '../debugpy/without-shim.ts'
import type { DebuggeeProcesses } from './debuggee-processes.ts'

const longestLine = 200

export type Child = { readonly pid: number; readonly command: string }

/** The processes that a debuggee has started and that live. */
export async function debuggeeChildren(processes: DebuggeeProcesses | undefined): Promise<Child[]> {
  if (processes === undefined) return []
  const found = descendants(processes)
  return Promise.all(found.map(async entry => ({ pid: entry.pid, command: await lineOf(entry.pid) })))
}

export function descendants({ debuggee, members }: DebuggeeProcesses): ProcessEntry[] {
  const within = new Set([debuggee.pid])
  // A parent may come after its child: numbers begin anew.
  for (let size = 0; size !== within.size; ) {
    size = within.size
    for (const { pid, ppid } of members) if (within.has(ppid)) within.add(pid)
  }
  return members.filter(({ pid }) => pid !== debuggee.pid && within.has(pid))
}

async function lineOf(pid: number): Promise<string> {
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  const words = withoutShim(line.split('\0'))
  return cutText(words.join(' ').trim() || '?', longestLine).value
}
