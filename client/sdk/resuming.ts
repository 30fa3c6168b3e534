import { ConnectionError } from './connection-error.ts'
import { attempts, backoff, isPassing } from './retry.ts'

/** What a stream is told with: anything, and at last `end` with its reason. */
type Told = { readonly type: string } | { readonly type: 'end'; readonly reason: string }

export type Resuming<Message extends Told> = {
  /** A connection that goes on behind what was taken: resolves once the server has begun to answer. */
  readonly open: () => Promise<AsyncIterable<Message>>
  /** Notes how far it has come, and gives what is new of a message; undefined where nothing is. */
  readonly take: (message: Message) => Message | undefined
  /** Waits, or rejects with the reason of the caller's signal. */
  readonly pause: (milliseconds: number) => Promise<void>
  readonly baseUrl: string
  /** Milliseconds on a stopwatch. */
  readonly elapsed?: () => number
}

/** How long a connection has to hold, in milliseconds, to count as progress although it brought nothing new. */
const holdsLong = 5_000

/**
 * One sequence that outlives its connections: one that breaks, and one that the server ends only because it restarts or
 * because the reader was slow, is made anew where it stopped. Ends after the `end` message. What fails before the first
 * answer is not tried again.
 */
export async function* resuming<Message extends Told>({
  open,
  take,
  pause,
  baseUrl,
  elapsed = () => performance.now(),
}: Resuming<Message>): AsyncGenerator<Message, void, undefined> {
  let opened = false
  for (let failures = 0; ; ) {
    let reason: unknown
    let connected: number | undefined
    try {
      const messages = await open()
      opened = true
      connected = elapsed()
      reason = brokenOff(baseUrl)
      for await (const message of messages) {
        if (message.type === 'end' && 'reason' in message && mayGoOn(message.reason)) {
          reason = brokenOff(baseUrl, message.reason)
          break
        }
        const kept = take(message)
        if (kept === undefined) continue
        failures = 0
        yield kept
        if (kept.type === 'end') return
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

/** Whether a stream with this end goes on over a new connection. */
const mayGoOn = (reason: string): boolean =>
  reason === 'server_stopping' || reason === 'slow_reader' || reason === 'unresponsive'

const brokenOff = (baseUrl: string, reason?: string): ConnectionError =>
  new ConnectionError(
    'dropped',
    baseUrl,
    reason === undefined ? 'the stream broke off' : `the server ended the stream (${reason})`,
    'check that the server is up, and ask again',
  )
