import { bytesOf } from '../../sdk/log-bytes.ts'
import { exitCodes } from '../exit-codes.ts'
import { hint } from '../hint.ts'
import { write } from '../io.ts'
import { print } from '../print.ts'
import { renderDebuggerMessage } from '../render/debugger-message.ts'
import { typedAgain } from '../typed-again.ts'
import type { Act } from '../words/words.ts'

/**
 * Prints what a debuggee wrote exactly as it wrote it, each stream to the stream of the same name, then what its debugger
 * has said, as that.
 */
export const act: Act<'debug.output'> = async (input, context) => {
  const { client, io, json } = context
  const output = await client.debug.output(input)
  if (json) await print(context, output, () => '')
  else {
    for (const chunk of output.chunks) await write(io[chunk.stream], bytesOf(chunk), io.signal)
    for (const message of output.messages) await write(io.stdout, renderDebuggerMessage(message), io.signal)
  }
  const { stdout, stderr, messages } = output.next
  const last = output.chunks.findLast(({ stream }) => stream === 'stderr')
  const begun = last !== undefined && bytesOf(last).at(-1) !== 10 // a line feed
  if (!output.complete)
    await hint(
      context,
      `${begun ? '\n' : ''}more, once there is any: debug-server debug output ${typedAgain(input)} --stdout ${stdout} --stderr ${stderr} --messages ${messages}`,
    )
  return exitCodes.success
}
