import { exitCodes } from '../exit-codes.ts'
import { hintAtNext } from '../hint.ts'
import { print } from '../print.ts'
import { renderStack } from '../render/stack.ts'
import type { Act } from '../words/words.ts'

/** Shows a page of the stack, and how to see the next one. */
export const act: Act<'debug.stack'> = async (input, context) => {
  const page = await context.client.debug.stack(input)
  await print(context, page, ({ frames }, rendering) => renderStack(frames, rendering))
  await hintAtNext(context, page)
  return exitCodes.success
}
