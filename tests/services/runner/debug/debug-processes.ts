import { readFileSync } from 'node:fs'
import { environmentReader, processTable } from '../../../../lib/processes/process-table.ts'
import type { SessionId } from '../../../../services/contract/ids.ts'

/** The pid of a session's debug adapter. */
export function adapterOf(session: SessionId): number {
  const pid = pidOf(session, 'debug_server_adapter.py')
  if (pid === undefined) throw new Error(`${session} has no debug adapter`)
  return pid
}

/** The pid of a process of a session, with this in its command line. */
export function pidOf(session: SessionId, text = ''): number | undefined {
  const read = environmentReader()
  return processTable().entries.find(
    ({ pid, zombie }) =>
      !zombie && read(pid, 'DEBUG_SERVER_SESSION') === session && commandLine(pid).includes(text),
  )?.pid
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
