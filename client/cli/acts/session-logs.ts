import { exitCodes } from '../exit-codes.ts'
import { printLog } from '../print-log.ts'
import type { Act } from '../words/words.ts'

/** Prints a log as it is: reading one never fails because a command in it did. */
export const act: Act<'sessions.logs'> = async (input, context) => {
  await printLog(context.client.sessions.logs(input, { signal: context.io.signal }), context)
  return exitCodes.success
}
