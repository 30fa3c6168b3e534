import { sending } from '../sending.ts'
import { showQueued } from '../show-queued.ts'
import { attach } from '../terminal/attach.ts'
import { ownTerminal } from '../terminal/own-terminal.ts'
import type { Act } from '../words/words.ts'

/** One with a terminal is connected with that of its user, where there is one. */
export const act: Act<'commands.run'> = async (input, context) => {
  const own = input.tty === true && !context.json ? ownTerminal(context.io) : undefined
  const command = await run({ ...own?.size(), ...input })
  return own === undefined ? await showQueued(context, command) : await attach(context, command, own)

  async function run(asked: typeof input) {
    using _ = sending(context.io, 'the input', input.stdin, context.json)
    return await context.client.commands.run(asked)
  }
}
