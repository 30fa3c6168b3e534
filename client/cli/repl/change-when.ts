import type { Breakpoint } from '../../../services/contract/debug-breakpoints.ts'
import type { Client } from '../../sdk/client.ts'
import { type When, wishAnew } from './wish-anew.ts'

type Changed =
  | { readonly ok: true; readonly all: readonly Breakpoint[]; readonly as: number }
  | { readonly ok: false; readonly why: string }

/**
 * Has a breakpoint that there is stop at other times. Debuggers count hits from where a breakpoint was set, so that one is
 * taken away whose hits are to be counted from now on, and set anew, with another number (`as`).
 */
export async function changeWhen(
  client: Client,
  of: { session: string; debug: string },
  id: number,
  when: When,
): Promise<Changed> {
  const { breakpoints } = await client.debug.status({ ...of, wait: 0 })
  const found = breakpoints.find(one => one.id === id)
  if (found === undefined) return { ok: false, why: `there is no breakpoint ${id}` }
  const wish = wishAnew(found, when)
  if (wish === undefined) return { ok: false, why: `breakpoint ${id} has no hits that are counted` }
  // Data may not be known by that name any more where it stands now.
  if ('hit_condition' in when && found.kind !== 'data')
    await client.debug.break({ ...of, ids: [id], remove: true })
  const all = await client.debug.break({ ...of, breakpoints: [wish] })
  const known = new Set(breakpoints.map(one => one.id))
  const come = all.find(one => !known.has(one.id))
  return { ok: true, all, as: come?.id ?? id }
}
