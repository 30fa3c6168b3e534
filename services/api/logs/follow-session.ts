import type { EndReason } from '../../contract/stream-end.ts'
import { getCommand } from '../../store/commands.ts'
import type { Interruption } from '../live/follow-world.ts'
import { tellCommand } from './follow-command.ts'
import { lookAt } from './live-session.ts'
import type { LogEvent } from './log-event.ts'
import { type LogSource, offsetsOf } from './log-source.ts'
import type { LogWorld } from './log-world.ts'

type Told = AsyncGenerator<LogEvent, Interruption | EndReason>

/**
 * The logs of all commands of a session, one after the other in the order they were given.
 *
 * With `follow` it goes on with the commands that come, and ends
 * - `session_ended` or `session_deleted` when the session has,
 * - `complete` when all its commands have ended although the session goes on, if it had any at the start: so that
 *   whoever opened a session to run some commands is told when they have run. Who begins to follow a session that has
 *   no command yet stays until the session ends.
 */
export const followSession = (source: LogSource, world: LogWorld): Told =>
  source.follow ? followLive(source, world) : readWhatIsThere(source, world)

async function* readWhatIsThere(source: LogSource, world: LogWorld): Told {
  const { store } = world.deps
  const { session, commands } = await lookAt(store, source.session.id)
  if (session === undefined) return 'session_deleted'
  for (const listed of commands) {
    if (offsetsOf(source, listed) === undefined) continue
    const row = await getCommand(store, listed.id)
    if (row === undefined) return 'session_deleted'
    const interruption = yield* tellCommand(source, row, world)
    if (interruption !== undefined) return interruption
  }
  return 'complete'
}

async function* followLive(source: LogSource, world: LogWorld): Told {
  await using shared = world.deps.live.session(source.session.id)
  const { sight } = shared.value
  using _ = sight.join(world.news)
  let told = 0
  let hadCommands: boolean | undefined
  for (let seen = await sight.fresh(); ; ) {
    const { session, commands } = seen
    if (session === undefined) return 'session_deleted'
    const fresh = commands.filter(row => row.sequence > told)
    hadCommands ??= fresh.length > 0
    for (const row of fresh) {
      const interruption = yield* tellCommand(source, row, world)
      if (interruption !== undefined) return interruption
      told = row.sequence
    }
    if (fresh.length > 0) {
      seen = await sight.fresh()
      continue
    }
    // One that is being removed has not come to its end before it is gone.
    const hasEnded = session.status === 'stopped' || session.status === 'failed'
    if (hasEnded && session.delete_requested === 0) return 'session_ended'
    if (hadCommands && session.status === 'running') return 'complete'
    const interruption = await world.wait()
    if (interruption !== undefined) return interruption
    seen = sight.latest()
  }
}
