import { exitCodes } from '../exit-codes.ts'
import { hint, hintAtNext } from '../hint.ts'
import { print } from '../print.ts'
import { hasParts, renderVariables } from '../render/variables.ts'
import { typedAgain } from '../typed-again.ts'
import type { Act } from '../words/words.ts'

/** Shows a page of variables, and how to see their parts and the next page. */
export const act: Act<'debug.variables'> = async (input, context) => {
  const page = await context.client.debug.variables(input)
  await print(context, page, ({ variables }, rendering) => renderVariables(variables, rendering))
  const first = page.variables.find(hasParts)
  if (first !== undefined)
    await hint(
      context,
      `see the parts of one by its reference: debug-server debug variables ${typedAgain(input)} --reference ${first.reference}`,
    )
  await hintAtNext(context, page)
  return exitCodes.success
}
