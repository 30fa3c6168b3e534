import { visibleLines } from '../../../lib/visible.ts'
import { exitCodes } from '../exit-codes.ts'
import { hint } from '../hint.ts'
import { print } from '../print.ts'
import { hasParts } from '../render/variables.ts'
import { typedAgain } from '../typed-again.ts'
import type { Act } from '../words/words.ts'

/** Prints the value alone; of a statement, which has none, nothing. */
export const act: Act<'debug.evaluate'> = async (input, context) => {
  const found = await context.client.debug.evaluate(input)
  await print(context, found, ({ value }) => (value === '' ? '' : `${visibleLines(value).join('\n')}\n`))
  if (found.truncated)
    await hint(context, `the value is longer: these are its first ${found.value.length} characters`)
  if (hasParts(found))
    await hint(
      context,
      `see its parts with "debug-server debug variables ${typedAgain(input)} --reference ${found.reference}"`,
    )
  return exitCodes.success
}
