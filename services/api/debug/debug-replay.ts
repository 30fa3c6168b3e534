import type { Contract } from '../../contract/contract.ts'
import type { OutputOf, ParsedInputOf } from '../../contract/operation.ts'
import type { DebugSessionJoined } from '../../store/debug-sessions.ts'
import type { Context } from '../context.ts'
import { done, type Outcome } from '../outcome.ts'
import { askDebugger } from './ask-debugger.ts'
import type { DebugCall } from './debug-call.ts'
import { outputOf } from './debug-output.ts'

type Operation = Contract['debug.replay']

/** So much of each stream is told, in bytes. */
const mostOutput = 8_192

/** What any runner finds in the record, with the last of what the debuggee had written by then, from its log. */
export async function replayOf(
  context: Context,
  debug: DebugSessionJoined,
  input: ParsedInputOf<Operation>,
  call: DebugCall,
): Promise<Outcome<OutputOf<Operation>>> {
  const asked = { ...input, session: debug.session_id, debug: debug.id }
  const answer = await askDebugger(context, {
    ...{ operation: 'debug.replay', debug, input: asked, seconds: 0, ...call },
  })
  if (!answer.ok) return answer
  const { output, missing } = answer.value
  const from = (bytes: number) => Math.max(0, bytes - mostOutput)
  const starts = { stdout: from(output.stdout), stderr: from(output.stderr) }
  const read = await outputOf(context, debug.row, { ...starts, messages: 0, limit: mostOutput })
  if (!read.ok) return done({ ...answer.value, missing: [...missing, `what it had written: ${read.detail}`] })
  const chunks = read.value.chunks.flatMap(chunk => {
    const bytes = output[chunk.stream] - chunk.offset
    return bytes <= 0 ? [] : [chunk.bytes <= bytes ? chunk : cutAt(chunk, bytes)]
  })
  return done({ ...answer.value, output: { ...output, chunks } })
}

type Chunk = OutputOf<Operation>['output']['chunks'][number]

/** What was written later is left out. */
function cutAt(chunk: Chunk, bytes: number): Chunk {
  const { type, command, stream, offset } = chunk
  const place = { type, command, stream, offset, bytes }
  return 'text' in chunk
    ? { ...place, text: Buffer.from(chunk.text).subarray(0, bytes).toString() }
    : { ...place, base64: Buffer.from(chunk.base64, 'base64').subarray(0, bytes).toString('base64') }
}
