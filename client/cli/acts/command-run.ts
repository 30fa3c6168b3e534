import { showQueued } from '../show-queued.ts'
import { attach } from '../terminal/attach.ts'
import { ownTerminal } from '../terminal/own-terminal.ts'
import type { Act } from '../words/words.ts'

/** One with a terminal is connected with that of its user, where there is one. */
export const act: Act<'commands.run'> = async (input, context) => {
  const own = input.tty === true && !context.json ? ownTerminal(context.io) : undefined
  if (own === undefined) return await showQueued(context, await context.client.commands.run(input))
  return await attach(context, await context.client.commands.run({ ...own.size(), ...input }), own)
}
