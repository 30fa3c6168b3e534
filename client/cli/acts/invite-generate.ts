import { visible } from '../../../lib/visible.ts'
import { exitCodes } from '../exit-codes.ts'
import { hint } from '../hint.ts'
import { print } from '../print.ts'
import type { Act } from '../words/words.ts'

/** Makes invites. Their codes alone go to stdout, one a line, so that they can be piped; the warning goes to stderr. */
export const act: Act<'invites.create'> = async (input, context) => {
  const made = await context.client.invites.create(input)
  await print(context, made, invites => invites.map(({ code }) => `${visible(code)}\n`).join(''))
  await hint(
    context,
    'this is their only showing; "debug-server invite-codes list" tells what becomes of them',
  )
  return exitCodes.success
}
