import { join } from 'node:path'
import { findSystemTool } from '../../commands/find-system-tool.ts'
import type { DebuggeeProgram } from '../engine.ts'
import type { Place } from '../place.ts'
import { type EngineHost, engineHost } from '../within/engine-host.ts'
import { EnginePipes, makePipes } from '../within/engine-pipes.ts'
import type { OwnProcess } from './session-processes.ts'

const hostFile = join(import.meta.dirname, 'attached_host.py')

/**
 * Has an engine run where a process of another command is, as the program of a command of its own: see attached_host.py. It gets
 * nothing of the session's environment, for it comes from outside. Where it is killed, what it has done to the code of the process is
 * undone, if it `mends`. Rejects where the pipes cannot be made, or python3 is missing.
 */
export async function attachedHost(
  engine: Pick<DebuggeeProgram, 'words' | 'environment'>,
  { hostPid, startTime }: OwnProcess,
  place: Pick<Place, 'meeting' | 'environment' | 'start'>,
  mends: 'mends' | 'leaves' = 'mends',
): Promise<EngineHost> {
  const { PATH = '/usr/bin:/bin', TMPDIR = '/tmp' } = place.environment
  const { outside } = place.meeting()
  const python = await findSystemTool('python3', PATH)
  if (python === undefined)
    throw new Error('to attach a debugger takes python3 on the host, which is not here')
  await makePipes(outside, place)
  // The number of ticks is behind the identity of the machine's boot.
  const start = startTime.slice(startTime.indexOf(':') + 1)
  const words = [python, '-I', '-S', hostFile, outside, `${hostPid}`, start, mends, ...engine.words]
  const environment = { PATH, TMPDIR, HOME: TMPDIR, LANG: 'C.UTF-8', ...engine.environment }
  return { program: { words, environment, alone: true }, open: () => new EnginePipes(outside) }
}

/** Within the debuggee's command, or, where that is a process of another command, where that is. */
export const hostIn = (
  engine: Pick<DebuggeeProgram, 'words' | 'environment'>,
  place: Place,
): Promise<EngineHost> =>
  place.process === undefined ? engineHost(engine, place) : attachedHost(engine, place.process, place)
