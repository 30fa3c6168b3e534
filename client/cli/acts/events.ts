import { eventLine } from '../../../services/contract/event-line.ts'
import { ProblemError } from '../../sdk/problem-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { write } from '../io.ts'
import type { Act } from '../words/words.ts'

/** Prints what changes, one a line, until there is no more or somebody stops it. */
export const act: Act<'events.follow'> = async (input, { client, io, json }) => {
  for await (const message of client.events.follow(input, { signal: io.signal })) {
    if (json) await write(io.stdout, `${JSON.stringify(message)}\n`, io.signal)
    else if (message.type !== 'start' && message.type !== 'end')
      await write(io.stdout, `${eventLine(message)}\n`, io.signal)
    if (message.type === 'end' && message.problem !== undefined) throw new ProblemError(message.problem)
  }
  return exitCodes.success
}
