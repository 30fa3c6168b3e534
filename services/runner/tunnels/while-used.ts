import type { Duplex } from 'node:stream'
import { toInstant } from '../../../lib/clock.ts'
import type { SessionId } from '../../contract/ids.ts'
import { touchSession } from '../../store/activity.ts'
import { getSession } from '../../store/sessions.ts'
import type { RunnerContext } from '../context.ts'

/** How often it is looked whether something has come through, in milliseconds. */
const lookMs = 5_000

/** Notes, until disposed, that a session is in use as long as these streams bring anything. */
export function whileUsed(
  { store, clock }: Pick<RunnerContext, 'store' | 'clock'>,
  session: SessionId,
  streams: readonly Duplex[],
): Disposable {
  let isUsed = true
  const heard = () => {
    isUsed = true
  }
  for (const stream of streams) stream.on('data', heard)
  const look = () => {
    if (!isUsed) return
    isUsed = false
    const noted = getSession(store, session).then(
      row => row && touchSession(store, row, toInstant(clock.now())),
    )
    // The next look notes it.
    noted.catch(heard)
  }
  const timer = setInterval(look, lookMs)
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer)
      for (const stream of streams) stream.off('data', heard)
      look()
    },
  }
}
