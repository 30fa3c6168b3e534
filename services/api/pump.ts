import type { StreamEnd } from '../contract/stream-end.ts'
import type { Taken } from './websocket/send-frame.ts'

/**
 * Carries what is told to a reader, each piece only when the one before was taken. Returns the end to tell, if anyone is
 * there.
 */
export async function pump<Event extends { readonly type: string }>(
  told: AsyncIterable<Event | StreamEnd>,
  write: (event: Event) => Promise<Taken>,
): Promise<StreamEnd | 'gone'> {
  for await (const event of told) {
    if (isEnd(event)) return event
    const taken = await write(event)
    if (taken === 'gone') return 'gone'
    if (taken === 'slow') return { type: 'end', reason: 'slow_reader' }
  }
  return 'gone'
}

const isEnd = (event: { readonly type: string } | StreamEnd): event is StreamEnd => event.type === 'end'
