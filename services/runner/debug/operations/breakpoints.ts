import {
  type Breakpoint,
  breakpointOf,
  type WishedBreakpoint,
  wishOf,
} from '../../../contract/debug-breakpoints.ts'
import { keyOf } from '../breakpoints/breakpoint-list.ts'
import type { Wished } from '../breakpoints/debuggee-breakpoints.ts'
import { dataBreakpointInfoBodySchema } from '../dap-messages.ts'
import type { LiveDebugSession } from '../live-debug-session.ts'
import { Refusal } from '../refusal.ts'
import { able } from './able.ts'
import { scopeWith } from './scope-with.ts'
import { chosenThread } from './threads.ts'

type Change = {
  breakpoints: readonly WishedBreakpoint[]
  ids: readonly number[]
  remove: boolean
  clear: boolean
}

export async function setBreakpoints(
  live: LiveDebugSession,
  { breakpoints, ids, remove, clear }: Change,
): Promise<Breakpoint[]> {
  await live.whenLaunched()
  if (remove)
    return live.breakpoints.remove(
      breakpoints.map(wished => ({ wish: wishOf(wished) })),
      ids,
    )
  const wishes: Wished[] = []
  for (const wished of breakpoints) wishes.push(await withData(live, wishOf(wished)))
  live.editors.claims.byOthers(wishes.map(({ wish }) => keyOf(breakpointOf(0, wish, ''))))
  return live.breakpoints.add(wishes, { ids, clear })
}

/** Data are known to an adapter by an id of its own. */
async function withData(live: LiveDebugSession, wish: Wished['wish']): Promise<Wished> {
  if (wish.kind !== 'data') return { wish }
  able(live, 'supportsDataBreakpoints', 'data breakpoints')
  const { expression, reference } = wish
  const why = await live.whyNotWatched()
  if (why !== undefined) throw new Refusal('debugger_refused', `${expression} cannot be watched: ${why}`)
  const { stop, frames } = await live.stopped()
  const thread =
    reference === undefined ? await chosenThread(live, wish.thread, stop.thread) : frames.of(reference).thread
  // What is an expression belongs to a frame, a variable to its scope.
  const container = reference ?? (await scopeWith(live, frames, expression, { thread, frame: wish.frame }))
  const place =
    container === undefined
      ? { frameId: (await frames.frame(thread, wish.frame)).id }
      : { variablesReference: container }
  const { dataId, description, accessTypes } = await live.adapter.ask(
    'dataBreakpointInfo',
    { name: expression, ...place },
    dataBreakpointInfoBodySchema,
  )
  if (dataId === null)
    throw new Refusal(
      'debugger_refused',
      `${expression} cannot be watched: ${description || 'it is no data'}`,
    )
  if (accessTypes !== undefined && !accessTypes.includes(wish.access_type))
    throw new Refusal(
      'debugger_refused',
      `${expression} cannot be watched for ${wish.access_type}; it can for ${accessTypes.join(', ')}`,
    )
  return { wish, dataId }
}
