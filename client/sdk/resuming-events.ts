import type { EventMessage } from '../../services/contract/event-message.ts'
import type { Input } from './operation-types.ts'
import { type Resuming, resuming } from './resuming.ts'

export type ResumingEventsOptions = Omit<Resuming<EventMessage>, 'open' | 'take'> & {
  readonly input: Input<'events.follow'>
  /** One connection: resolves once the server has begun to answer. */
  readonly open: (input: Input<'events.follow'>) => Promise<AsyncIterable<EventMessage>>
}

/** Changes as one sequence that outlives its connections: each new one goes on behind the last id. */
export function resumingEvents(
  options: ResumingEventsOptions,
): AsyncGenerator<EventMessage, void, undefined> {
  let { input } = options
  return resuming({
    ...options,
    open: () => options.open(input),
    take: message => {
      if (message.type !== 'end') input = { ...input, after: message.id }
      return message
    },
  })
}
