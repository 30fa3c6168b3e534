import type { DebugSession } from '../../../services/contract/debug-resources.ts'
import type { Client } from '../../sdk/client.ts'

/** How many lines `until` goes on by itself. */
const mostLines = 1_000

type Of = { readonly session: string; readonly debug: string; readonly thread?: number }
type Stepped = { readonly debug: DebugSession; readonly goesOn: boolean }

/**
 * As pdb's and gdb's `until`: on to a line further down, or until the function returns; out of a loop, that is. `step` goes on by
 * a line, over calls, and tells whether it has ended as a step does. `why`: it has not come so far.
 */
export async function beyondHere(
  client: { readonly debug: Pick<Client['debug'], 'stack'> },
  of: Of,
  step: () => Promise<Stepped>,
): Promise<{ readonly debug: DebugSession; readonly why?: string }> {
  const stackOf = async (limit: number) => {
    const { frames, total } = await client.debug.stack({ ...of, start: 0, limit })
    return { top: frames[0], caller: frames[1], total }
  }
  const { top: from, caller, total } = await stackOf(2)
  // One that has called itself is back in the caller on a line of its own.
  const isRecursive = caller?.name === from?.name && caller?.file === from?.file
  for (let left = mostLines; ; left--) {
    const { debug, goesOn } = await step()
    const at = debug.stop?.frame
    const isBack = at?.name === from?.name && at?.file === from?.file && (at?.line ?? 0) <= (from?.line ?? 0)
    if (!goesOn || !isBack || (isRecursive && (await stackOf(1)).total < total)) return { debug }
    if (left === 1) return { debug, why: `it is no further after ${mostLines} lines: "until" goes on` }
  }
}
