import { signalProcess } from '../../../../lib/processes/identity.ts'
import type { CommandId } from '../../../contract/ids.ts'
import { descendants } from '../above/debuggee-children.ts'
import { debuggeeProcesses } from '../above/debuggee-processes.ts'

/** Ends a process of a command by its number as it sees itself, with whatever it has started. */
export async function endProcess(command: CommandId, pid: number): Promise<void> {
  const found = await debuggeeProcesses(command, pid)
  if (found === undefined) return
  for (const process of [found.debuggee, ...descendants(found)]) signalProcess(process, 'SIGKILL')
}
