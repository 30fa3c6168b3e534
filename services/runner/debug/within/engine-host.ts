import { join } from 'node:path'
import type { DebuggeeProgram } from '../engine.ts'
import type { Place } from '../place.ts'
import { EnginePipes, type EngineWay, makePipes } from './engine-pipes.ts'

const hostFile = join(import.meta.dirname, 'engine-host.sh')

/** What an engine is run by, as the program of the debuggee's command; and our side of it. */
export type EngineHost = {
  readonly program: DebuggeeProgram
  /** Once. Throws where the pipes cannot be opened. */
  readonly open: () => EngineWay
}

/**
 * Makes the pipes, in the debug session's meeting place, through which an engine is spoken to that runs within the
 * debuggee's command. A native debugger starts and traces its debuggee: so both are in one sandbox and under one set of
 * limits, end together, and the debuggee has the command's standard streams. Rejects where the pipes cannot be made.
 */
export async function engineHost(
  engine: Pick<DebuggeeProgram, 'words' | 'environment'>,
  place: Pick<Place, 'meeting' | 'start'>,
): Promise<EngineHost> {
  const { outside, inside } = place.meeting()
  await makePipes(outside, place)
  return {
    program: { ...engine, words: ['/bin/sh', hostFile, inside, ...engine.words], meeting: outside },
    open: () => new EnginePipes(outside),
  }
}
