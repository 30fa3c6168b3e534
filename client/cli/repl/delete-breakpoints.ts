import type { Breakpoint } from '../../../services/contract/debug-breakpoints.ts'
import type { Client } from '../../sdk/client.ts'

type Deleted =
  | { readonly ok: true; readonly left: readonly Breakpoint[] }
  | { readonly ok: false; readonly why: string }

/** Takes breakpoints away by their numbers; where one of them is not there, none. */
export async function deleteBreakpoints(
  client: Client,
  of: { session: string; debug: string },
  ids: readonly number[],
): Promise<Deleted> {
  const { breakpoints } = await client.debug.status({ ...of, wait: 0 })
  const unknown = ids.find(id => !breakpoints.some(one => one.id === id))
  if (unknown !== undefined) return { ok: false, why: `there is no breakpoint ${unknown}` }
  return { ok: true, left: await client.debug.break({ ...of, ids: [...ids], remove: true }) }
}
