import { variablesBodySchema } from '../dap-messages.ts'
import type { LiveDebugSession } from '../live-debug-session.ts'
import type { StoppedFrames } from '../stopped-frames.ts'
import { scopesOf } from './inspect.ts'

/** The scope of a frame that has a variable of this name. */
export async function scopeWith(
  live: LiveDebugSession,
  frames: StoppedFrames,
  name: string,
  { thread, frame }: { thread: number; frame: number },
): Promise<number | undefined> {
  const scopes = await scopesOf(live, frames, thread, frame)
  for (const { reference, expensive } of scopes) {
    if (expensive) continue
    const parameters = { variablesReference: reference }
    const { variables } = await live.adapter.ask('variables', parameters, variablesBodySchema)
    if (variables.some(variable => variable.name === name)) return reference
  }
  return undefined
}
