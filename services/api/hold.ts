import { type Change, type Changes, concerns } from './changes.ts'
import { Pulse } from './pulse.ts'

/** How often a row is looked at when no hint comes, in milliseconds. */
const pollInterval = 500

export type Hold<T> = {
  readonly changes: Changes
  /** The rows whose change may settle it. */
  readonly row: Change
  readonly load: () => Promise<T>
  readonly settled: (value: T) => boolean
  readonly seconds: number
  /** Each of these ends the wait early: the client is gone, the server stops. */
  readonly signals: readonly AbortSignal[]
}

/** Loads until it is settled or the seconds are over; what was loaded last either way. */
export async function holdUntilSettled<T>({
  changes,
  row,
  load,
  settled,
  seconds,
  signals,
}: Hold<T>): Promise<T> {
  const deadline = performance.now() + seconds * 1000
  const pulse = new Pulse()
  using resources = new DisposableStack()
  resources.use(changes.watch(change => concerns(change, row) && pulse.beat()))
  for (const signal of signals) resources.use(pulse.beatOn(signal))
  for (;;) {
    const value = await load()
    const left = deadline - performance.now()
    if (settled(value) || left <= 0 || signals.some(signal => signal.aborted)) return value
    await pulse.wait(Math.min(pollInterval, left))
  }
}
