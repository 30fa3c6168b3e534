import { exitCodes } from '../exit-codes.ts'
import { print } from '../print.ts'
import { sessionFailure, untilSessionRuns } from '../until-session-runs.ts'
import type { Act } from '../words/words.ts'

/** Has a session go on, and waits until it runs. */
export const act: Act<'sessions.resume'> = async (input, context) => {
  const resumed = await context.client.sessions.resume({ ...input, wait: 0 })
  const session = context.extras.has('no-wait') ? resumed : await untilSessionRuns(resumed, context)
  await print(context, session, ({ id, status }) => `${id} ${status}\n`)
  if (session.status === 'failed') throw sessionFailure(session)
  return exitCodes.success
}
