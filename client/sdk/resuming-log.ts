import type { LogMessage } from '../../services/contract/log-message.ts'
import { ConnectionError } from './connection-error.ts'
import { LogProgress } from './log-progress.ts'
import type { Input } from './operation-types.ts'
import { attempts, backoff, isPassing } from './retry.ts'

export type ResumingLogOptions = {
  readonly input: Input<'sessions.logs'>
  /** One connection: resolves once the server has begun to answer. */
  readonly open: (input: Input<'sessions.logs'>) => Promise<AsyncIterable<LogMessage>>
  /** Waits, or rejects with the reason of the caller's signal. */
  readonly pause: (milliseconds: number) => Promise<void>
  readonly baseUrl: string
  /** Milliseconds on a stopwatch. */
  readonly elapsed?: () => number
}

/** How long a connection has to hold, in milliseconds, to count as progress although it brought nothing new. */
export const holdsLong = 5_000

/**
 * A log as one sequence that outlives its connections: one that breaks, and one that the server ends only because it
 * restarts or because the reader was slow, is made anew where it stopped. Ends after the `end` message. What fails
 * before the first answer is not tried again.
 */
export async function* resumingLog(options: ResumingLogOptions): AsyncGenerator<LogMessage, void, undefined> {
  const { open, pause, baseUrl, elapsed = () => performance.now() } = options
  const progress = new LogProgress(options.input)
  let opened = false
  for (let failures = 0; ; ) {
    let reason: unknown
    let connected: number | undefined
    try {
      const messages = await open(progress.inputToGoOn())
      opened = true
      connected = elapsed()
      reason = brokenOff(baseUrl)
      for await (const message of messages) {
        if (message.type === 'end' && mayGoOn(message.reason)) {
          reason = brokenOff(baseUrl, message.reason)
          break
        }
        const kept = progress.take(message)
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
export const mayGoOn = (reason: string): boolean => reason === 'server_stopping' || reason === 'slow_reader'

export const brokenOff = (baseUrl: string, reason?: string): ConnectionError =>
  new ConnectionError(
    'dropped',
    baseUrl,
    reason === undefined ? 'the stream broke off' : `the server ended the stream (${reason})`,
    'check that the server is up, and ask again',
  )
