import type { Taken } from '../websocket/send-frame.ts'
import type { EndEvent, LogEvent } from './log-event.ts'

/**
 * Carries events to a reader, each only when the one before was taken. `sent` is to be called when the system has the
 * bytes of an event, and nobody else needs them. Returns the end to tell, if anyone is there.
 */
export async function pump(
  events: AsyncIterable<LogEvent>,
  write: (event: Exclude<LogEvent, EndEvent>, sent: (() => void) | undefined) => Promise<Taken>,
): Promise<EndEvent | 'gone'> {
  for await (const event of events) {
    if (event.type === 'end') return event
    const taken = await write(event, event.type === 'output' ? event.release : undefined)
    if (taken === 'gone') return 'gone'
    if (taken === 'slow') return { type: 'end', reason: 'slow_reader' }
  }
  return 'gone'
}
