import { readFile } from 'node:fs/promises'
import type { ProcessEntry } from '../../../../lib/processes/process-entry.ts'
import type { FailureReport } from '../../../contract/debug-report.ts'
import type { DebugSessionId } from '../../../contract/ids.ts'
import { cutText } from '../cut-text.ts'
import { withoutShim } from '../debugpy/without-shim.ts'
import { type DebuggeeProcesses, pidInside, statusOf } from './debuggee-processes.ts'

const longestLine = 200

/** One that is a debug session of its own. `process`: its number, as it sees itself. */
export type DebuggedProcess = {
  readonly debug: DebugSessionId
  readonly process: number | null
  readonly at: string | null
}

/** The processes that a debuggee has started and that live, with what is known of those that are debugged. */
export async function debuggeeChildren(
  processes: DebuggeeProcesses | undefined,
  debugged: readonly DebuggedProcess[],
): Promise<FailureReport['children']> {
  if (processes === undefined) return []
  return Promise.all(
    descendants(processes).map(async ({ pid }) => {
      const inside = pidInside(await statusOf(pid))
      const { debug = null, at = null } = debugged.find(({ process }) => process === inside) ?? {}
      return { pid, command: await lineOf(pid), debug, at }
    }),
  )
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
