import { exitCodes } from '../exit-codes.ts'
import { follow } from '../follow.ts'
import { write } from '../io.ts'
import { print } from '../print.ts'
import { sending } from '../sending.ts'
import { sessionFailure, untilSessionRuns } from '../until-session-runs.ts'
import type { Act } from '../words/words.ts'

/**
 * Opens a session and waits until it runs. The id is printed as soon as there is one, so that it is known whatever
 * happens next: on stdout, or under `--follow`, where stdout is the commands', on stderr.
 */
export const act: Act<'sessions.create'> = async (input, context) => {
  const { client, io, json, extras } = context
  const following = extras.has('follow')
  const created = await create()
  if (!json) await write(following ? io.stderr : io.stdout, `${created.id}\n`, io.signal)
  const session = extras.has('no-wait') ? created : await untilSessionRuns(created, context)
  if (json && following) await write(io.stdout, `${JSON.stringify(session)}\n`, io.signal)
  else if (json) await print(context, session, () => '')
  if (session.status === 'failed') throw sessionFailure(session)
  if (!following || (input.commands ?? []).length === 0) return exitCodes.success
  return await follow(context, { session: session.id })

  async function create() {
    using _ = sending(io, 'the patch', input.patch, json)
    return await client.sessions.create({ ...input, wait: 0 })
  }
}
