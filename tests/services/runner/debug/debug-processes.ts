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

/** The pid of a process of a session whose program has this name. */
export function pidNamed(session: SessionId, name: string): number {
  const read = environmentReader()
  const found = processTable().entries.find(
    ({ pid, zombie }) =>
      !zombie && read(pid, 'DEBUG_SERVER_SESSION') === session && textOf(`/proc/${pid}/comm`) === `${name}\n`,
  )
  if (found === undefined) throw new Error(`${session} has no ${name}`)
  return found.pid
}

const commandLine = (pid: number): string => textOf(`/proc/${pid}/cmdline`)

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
