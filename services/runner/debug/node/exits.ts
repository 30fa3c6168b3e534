import { CdpError } from './cdp-connection.ts'
import { breakpointSetSchema, evaluatedSchema, type PausedEvent } from './cdp-messages.ts'
import { unstopped } from './evaluate.ts'
import type { StopBody, Target } from './target.ts'

const given = '(arguments[0] ?? process.exitCode ?? 0)'

/** Has a thread stop where the program exits with a code that says that it failed. */
export async function watchExits(target: Target): Promise<void> {
  const { connection } = target
  target.exitBreakpoint = ''
  try {
    const asked = { ...unstopped, expression: 'process.exit' }
    const { result } = await connection.send('Runtime.evaluate', asked, evaluatedSchema)
    const { objectId } = result
    if (objectId === undefined) return
    const parameters = { objectId, condition: `${given} != 0` }
    const set = await connection.send('Debugger.setBreakpointOnFunctionCall', parameters, breakpointSetSchema)
    target.exitBreakpoint = set.breakpointId
  } catch (error) {
    if (!(error instanceof CdpError)) throw error
  }
}

/** The stop of a thread that is about to end the program; undefined where it is not. */
export async function exitStop(
  { connection, exitBreakpoint = '' }: Target,
  { hitBreakpoints, callFrames }: PausedEvent,
): Promise<StopBody | undefined> {
  if (!hitBreakpoints.includes(exitBreakpoint)) return undefined
  const { result } = await connection.send(
    'Debugger.evaluateOnCallFrame',
    { callFrameId: callFrames[0]?.callFrameId, expression: `String(${given})` },
    evaluatedSchema,
  )
  return { reason: 'exception', description: 'exit', text: String(result.value ?? ''), hitBreakpointIds: [] }
}
