import { exitCodes } from '../exit-codes.ts'
import { follow } from '../follow.ts'
import { write } from '../io.ts'
import { print } from '../print.ts'
import type { Act } from '../words/words.ts'

/** Queues a command; under `--follow` its id goes to stderr, since stdout is the command's. */
export const act: Act<'commands.run'> = async (input, context) => {
  const { client, io, json, extras } = context
  const command = await client.commands.run(input)
  if (!extras.has('follow')) {
    await print(context, command, ({ id }) => `${id}\n`)
    return exitCodes.success
  }
  if (json) await write(io.stdout, `${JSON.stringify(command)}\n`, io.signal)
  else await write(io.stderr, `${command.id}\n`, io.signal)
  return await follow(context, { session: command.session, command: command.id })
}
