import type { Caller } from '../access.ts'
import type { Context } from '../context.ts'
import type { Refusal } from '../outcome.ts'
import { Pulse } from '../pulse.ts'
import { type DebuggedSession, lostRole } from './debugged-session.ts'

/** How often it is looked whether a role has ended, in milliseconds; one that is taken back is heard of. */
const look = 1_000

/** Calls `lost` soon after a role on a session's debuggers has ended or changed, until disposed. Never of an owner. */
export function whileShared(
  context: Context,
  of: DebuggedSession,
  caller: Caller,
  lost: (refusal: Refusal) => void,
): Disposable {
  if (of.role === 'owner') return { [Symbol.dispose]: () => undefined }
  const over = new AbortController()
  const pulse = new Pulse()
  const watch = context.changes.watch(() => pulse.beat())
  const run = async () => {
    for (;;) {
      await pulse.wait(look)
      if (over.signal.aborted) return
      const refusal = await lostRole(context, of, caller)
      if (refusal !== undefined && !over.signal.aborted) return lost(refusal)
    }
  }
  void run().catch(error => context.log.error({ err: error }, 'a role could not be looked at'))
  return {
    [Symbol.dispose]: () => {
      over.abort()
      watch[Symbol.dispose]()
      pulse.beat()
    },
  }
}
