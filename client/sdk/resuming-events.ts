import type { EventMessage } from '../../services/contract/event-message.ts'
import type { Input } from './operation-types.ts'
import { brokenOff, holdsLong, mayGoOn } from './resuming-log.ts'
import { attempts, backoff, isPassing } from './retry.ts'

export type ResumingEventsOptions = {
  readonly input: Input<'events.follow'>
  /** One connection: resolves once the server has begun to answer. */
  readonly open: (input: Input<'events.follow'>) => Promise<AsyncIterable<EventMessage>>
  /** Waits, or rejects with the reason of the caller's signal. */
  readonly pause: (milliseconds: number) => Promise<void>
  readonly baseUrl: string
  /** Milliseconds on a stopwatch. */
  readonly elapsed?: () => number
}

/**
 * Changes as one sequence that outlives its connections, as `resumingLog` does for logs: each new one goes on behind the
 * last id. Ends after the `end` message. What fails before the first answer is not tried again.
 */
export async function* resumingEvents(
  options: ResumingEventsOptions,
): AsyncGenerator<EventMessage, void, undefined> {
  const { open, pause, baseUrl, elapsed = () => performance.now() } = options
  let input = options.input
  let opened = false
  for (let failures = 0; ; ) {
    let reason: unknown = brokenOff(baseUrl)
    let connected: number | undefined
    try {
      const messages = await open(input)
      opened = true
      connected = elapsed()
      for await (const message of messages) {
        if (message.type === 'end' && mayGoOn(message.reason)) {
          reason = brokenOff(baseUrl, message.reason)
          break
        }
        failures = 0
        if (message.type !== 'end') input = { ...input, after: message.id }
        yield message
        if (message.type === 'end') return
      }
    } catch (error) {
      if (!opened || !isPassing(error)) throw error
      reason = error
    }
    if (connected !== undefined && elapsed() - connected >= holdsLong) failures = 0
    failures += 1
    if (failures > attempts) throw reason
    await pause(backoff(failures))
  }
}
