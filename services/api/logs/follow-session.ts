import { getCommand, listCommands } from '../../store/commands.ts'
import { getSession } from '../../store/sessions.ts'
import { followCommand } from './follow-command.ts'
import type { FollowWorld, Interruption } from './follow-world.ts'
import type { EndReason, LogEvent } from './log-event.ts'
import { type LogSource, offsetsOf } from './log-source.ts'

/**
 * The logs of all commands of a session, one after the other in the order they were given.
 *
 * With `follow` it goes on with the commands that come, and ends
 * - `session_ended` or `session_deleted` when the session has,
 * - `complete` when all its commands have ended although the session goes on, if it had any at the start: so that
 *   whoever opened a session to run some commands is told when they have run. Who begins to follow a session that has
 *   no command yet stays until the session ends.
 */
export async function* followSession(
  source: LogSource,
  world: FollowWorld,
): AsyncGenerator<LogEvent, Interruption | EndReason> {
  const { store } = world.deps
  const { id } = source.session
  let told = 0
  let hadCommands: boolean | undefined
  for (;;) {
    // The session before its commands: one that has ended gets no more of them.
    const session = await getSession(store, id)
    if (session === undefined) return 'session_deleted'
    const fresh = (await listCommands(store, id)).filter(row => row.sequence > told)
    hadCommands ??= fresh.length > 0
    for (const listed of fresh) {
      const offsets = offsetsOf(source, listed)
      if (offsets !== undefined) {
        const command = await getCommand(store, listed.id)
        if (command === undefined) return 'session_deleted'
        const interruption = yield* followCommand({ ...source, command, offsets }, world)
        if (interruption !== undefined) return interruption
      }
      told = listed.sequence
    }
    if (!source.follow) return 'complete'
    if (fresh.length > 0) continue
    // One that is being removed has not come to its end before it is gone.
    const hasEnded = session.status === 'stopped' || session.status === 'failed'
    if (hasEnded && session.delete_requested === 0) return 'session_ended'
    if (hadCommands && session.status === 'running') return 'complete'

    const interruption = await untilRowsAreDue(world)
    if (interruption !== undefined) return interruption
  }
}

async function untilRowsAreDue(world: FollowWorld): Promise<Interruption | undefined> {
  for (;;) {
    const woken = await world.wait()
    if ('interruption' in woken) return woken.interruption
    if (woken.rowsDue) return undefined
  }
}
