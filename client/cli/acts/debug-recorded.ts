import { exitCodes } from '../exit-codes.ts'
import { hint } from '../hint.ts'
import { print } from '../print.ts'
import { renderRecorded } from '../render/recorded.ts'
import { typedAgain } from '../typed-again.ts'
import type { Act } from '../words/words.ts'

/** Shows what has been recorded, and how to see the rest. */
export const act: Act<'debug.recorded'> = async (input, context) => {
  const recorded = await context.client.debug.recorded(input)
  await print(context, recorded, renderRecorded)
  if (recorded.more)
    await hint(
      context,
      `see more with "debug-server debug recorded ${typedAgain(input)} --from ${recorded.next}"`,
    )
  return exitCodes.success
}
