import type { EndReason } from '../../contract/stream-end.ts'
import { endOf } from '../live/end-of.ts'
import { FollowWorld, type Interruption } from '../live/follow-world.ts'
import { refusalOf } from '../problem-reply.ts'
import { tellCommand } from './follow-command.ts'
import { followSession } from './follow-session.ts'
import type { LogEvent } from './log-event.ts'
import type { LogSource } from './log-source.ts'
import type { LogDependencies } from './log-world.ts'

/**
 * The one reader of logs behind every way to read them. It holds one chunk at a time and reads on only when that was
 * taken, so a slow reader costs no memory and slows nobody else. Its last event is `end`, unless the reader has gone.
 * Knows nothing of HTTP.
 */
export async function* followLogs(source: LogSource, deps: LogDependencies): AsyncGenerator<LogEvent> {
  using world = new FollowWorld(deps)
  let reason: Interruption | EndReason
  try {
    reason =
      source.command === undefined
        ? yield* followSession(source, world)
        : ((yield* tellCommand(source, source.command, world)) ?? 'complete')
  } catch (error) {
    deps.log.error({ err: error, session: source.session.id }, 'reading a log failed')
    reason = refusalOf(error)
  }
  if (reason !== 'gone') yield endOf(reason)
}
