import type { Caller } from '../access.ts'
import type { Context } from '../context.ts'
import type { CalledName } from '../handlers/handler.ts'
import { credentialJudge } from '../live/credential-judge.ts'
import { followLogs } from './follow-logs.ts'
import type { LogEvent } from './log-event.ts'
import { chunkSizes, type LogFormat } from './log-format.ts'
import type { LogSource } from './log-source.ts'

/** `operation`: by which the caller may read it; default: that of logs. */
type Reader = { format: LogFormat; operation?: CalledName; caller: Caller; gone: AbortSignal }

/** Follows a log for a caller as long as its token or sign-in is good: one that is revoked or expires reads no further. */
export const openLog = (context: Context, source: LogSource, reader: Reader): AsyncGenerator<LogEvent> =>
  counted(context, followed(context, source, reader))

const followed = (
  context: Context,
  source: LogSource,
  { format, operation = 'sessions.logs', caller, gone }: Reader,
): AsyncGenerator<LogEvent> =>
  followLogs(source, {
    store: context.store,
    files: context.files,
    live: context.live,
    stopping: context.stopping,
    log: context.log,
    gone,
    chunkSize: chunkSizes[format],
    caller,
    judge: credentialJudge(context, operation, caller),
  })

async function* counted({ metrics }: Context, events: AsyncIterable<LogEvent>): AsyncGenerator<LogEvent> {
  for await (const event of events) {
    if (event.type === 'output') metrics.sent(event.data.length)
    yield event
  }
}
