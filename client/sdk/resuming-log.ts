import type { LogMessage } from '../../services/contract/log-message.ts'
import { LogProgress } from './log-progress.ts'
import type { Input } from './operation-types.ts'
import { type Resuming, resuming } from './resuming.ts'

export type ResumingLogOptions = Omit<Resuming<LogMessage>, 'open' | 'take'> & {
  readonly input: Input<'sessions.logs'>
  /** One connection: resolves once the server has begun to answer. */
  readonly open: (input: Input<'sessions.logs'>) => Promise<AsyncIterable<LogMessage>>
}

/** A log as one sequence that outlives its connections: each new one goes on where the last one stopped. */
export function resumingLog(options: ResumingLogOptions): AsyncGenerator<LogMessage, void, undefined> {
  const progress = new LogProgress(options.input)
  return resuming({
    ...options,
    open: () => options.open(progress.inputToGoOn()),
    take: message => progress.take(message),
  })
}
