import { exitCodes } from '../exit-codes.ts'
import { hint } from '../hint.ts'
import { print } from '../print.ts'
import { renderBreakpoints } from '../render/debug-session.ts'
import type { Act } from '../words/words.ts'

/** Adds breakpoints, takes them away, or lists them: in any case all that there are are shown. */
export const act: Act<'debug.break'> = async (input, context) => {
  const breakpoints = await context.client.debug.break(input)
  await print(context, breakpoints, renderBreakpoints)
  const none = (input.breakpoints ?? []).length === 0
  if (none && input.remove === true)
    await hint(context, 'nothing was taken away: name what to remove, as FILE:LINE')
  return exitCodes.success
}
