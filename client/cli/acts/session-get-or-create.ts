import { exitCodes } from '../exit-codes.ts'
import { write } from '../io.ts'
import { print } from '../print.ts'
import { sessionFailure, untilSessionRuns } from '../until-session-runs.ts'
import type { Act } from '../words/words.ts'

/** Finds or opens a session and waits until it runs. Its id is printed as soon as it is known. */
export const act: Act<'sessions.get_or_create'> = async (input, context) => {
  const { client, io, json, extras } = context
  const found = await client.sessions.get_or_create({ ...input, wait: 0 })
  if (!json) await write(io.stdout, `${found.id}\n`, io.signal)
  const session = extras.has('no-wait') ? found : await untilSessionRuns(found, context)
  if (json) await print(context, session, () => '')
  if (session.status === 'failed') throw sessionFailure(session)
  return exitCodes.success
}
