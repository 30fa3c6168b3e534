import { CliError } from '../cli-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { print } from '../print.ts'
import { renderCommand } from '../render/command.ts'
import { attach } from '../terminal/attach.ts'
import { ownTerminal } from '../terminal/own-terminal.ts'
import type { Act } from '../words/words.ts'

/** Shows it, or connects this terminal with its own. */
export const act: Act<'commands.get'> = async (input, context) => {
  const { client, io, extras } = context
  const command = await client.commands.get(input)
  if (!extras.has('attach')) {
    await print(context, command, renderCommand)
    return exitCodes.success
  }
  const own = ownTerminal(io)
  if (own === undefined || command.terminal === null)
    throw new CliError(
      'no_terminal',
      exitCodes.usage,
      own === undefined ? 'this is no terminal' : `${command.id} was started without a terminal`,
      {
        fix: `read what it says with "debug-server session logs ${command.session} --command ${command.id} --follow"`,
      },
    )
  return await attach(context, command, own)
}
