import { showQueued } from '../show-queued.ts'
import type { Act } from '../words/words.ts'

export const act: Act<'commands.rerun'> = async (input, context) =>
  await showQueued(context, await context.client.commands.rerun(input))
