import { exitCodes } from '../exit-codes.ts'
import { hintAtNext } from '../hint.ts'
import { print } from '../print.ts'
import { renderSources } from '../render/modules.ts'
import type { Act } from '../words/words.ts'

/** Shows a page of sources, and how to see the next one. */
export const act: Act<'debug.sources'> = async (input, context) => {
  const page = await context.client.debug.sources(input)
  await print(context, page, ({ sources }, rendering) => renderSources(sources, rendering))
  await hintAtNext(context, page)
  return exitCodes.success
}
