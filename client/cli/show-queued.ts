import type { Command } from '../../services/contract/resources.ts'
import { exitCodes } from './exit-codes.ts'
import { follow } from './follow.ts'
import { write } from './io.ts'
import { print } from './print.ts'
import type { ActContext } from './words/words.ts'

/** Tells of a command that was queued; under `--follow` its id goes to stderr, since stdout is the command's. */
export async function showQueued(context: ActContext, command: Command): Promise<number> {
  const { io, json, extras } = context
  if (!extras.has('follow')) {
    await print(context, command, ({ id }) => `${id}\n`)
    return exitCodes.success
  }
  if (json) await write(io.stdout, `${JSON.stringify(command)}\n`, io.signal)
  else await write(io.stderr, `${command.id}\n`, io.signal)
  return await follow(context, { session: command.session, command: command.id })
}
