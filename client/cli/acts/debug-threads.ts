import { exitCodes } from '../exit-codes.ts'
import { hintAtNext } from '../hint.ts'
import { print } from '../print.ts'
import { renderThreads } from '../render/stack.ts'
import type { Act } from '../words/words.ts'

/** Shows a page of threads, and how to see the next one. */
export const act: Act<'debug.threads'> = async (input, context) => {
  const page = await context.client.debug.threads(input)
  await print(context, page, ({ threads }, rendering) => renderThreads(threads, rendering))
  await hintAtNext(context, page)
  return exitCodes.success
}
