import { exitCodes } from '../exit-codes.ts'
import { hintAtNext } from '../hint.ts'
import { print } from '../print.ts'
import { renderModules } from '../render/modules.ts'
import type { Act } from '../words/words.ts'

/** Shows a page of modules, and how to see the next one. */
export const act: Act<'debug.modules'> = async (input, context) => {
  const page = await context.client.debug.modules(input)
  await print(context, page, ({ modules }, rendering) => renderModules(modules, rendering))
  await hintAtNext(context, page)
  return exitCodes.success
}
