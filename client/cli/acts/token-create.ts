import { visible } from '../../../lib/visible.ts'
import { exitCodes } from '../exit-codes.ts'
import { write } from '../io.ts'
import { print } from '../print.ts'
import type { Act } from '../words/words.ts'

/** Makes a token. Its secret alone goes to stdout, so that it can be piped; the warning goes to stderr. */
export const act: Act<'tokens.create'> = async (input, context) => {
  const { client, io, json } = context
  const token = await client.tokens.create(input)
  await print(context, token, created => `${visible(created.token)}\n`)
  if (!json)
    await write(
      io.stderr,
      `${token.id}: this is its only showing, keep it safe; "debug-server token revoke ${token.id}" makes it worthless\n`,
      io.signal,
    )
  return exitCodes.success
}
