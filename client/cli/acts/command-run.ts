import { showQueued } from '../show-queued.ts'
import type { Act } from '../words/words.ts'

export const act: Act<'commands.run'> = async (input, context) =>
  await showQueued(context, await context.client.commands.run(input))
