import type { Frame } from '../../../contract/debug-resources.ts'
import { scopesBodySchema } from '../dap-messages.ts'
import type { LiveDebugSession } from '../live-debug-session.ts'
import { Refusal } from '../refusal.ts'
import type { StoppedFrames } from '../stopped-frames.ts'
import { paged } from './paged.ts'
import { chosenThread } from './threads.ts'

/** Of a frame. */
const mostScopes = 100

type Page = { start: number; limit: number }
export type InFrame = { thread?: number | undefined; frame: number }

export async function stack(live: LiveDebugSession, input: { thread?: number | undefined } & Page) {
  const { stop, frames } = await live.stopped()
  const thread = await chosenThread(live, input.thread, stop.thread)
  const { items, ...page } = paged(await frames.all(thread), input.start, input.limit)
  const told: Frame[] = []
  for (const [at, frame] of items.entries()) told.push(await frames.told(frame, input.start + at))
  return { thread, frames: told, ...page }
}

export async function scopes(live: LiveDebugSession, { thread, frame }: InFrame) {
  const { stop, frames } = await live.stopped()
  return scopesOf(live, frames, await chosenThread(live, thread, stop.thread), frame)
}

export async function scopesOf(live: LiveDebugSession, frames: StoppedFrames, thread: number, frame: number) {
  const { id } = await frames.frame(thread, frame)
  const found = await live.adapter.ask('scopes', { frameId: id }, scopesBodySchema)
  return found.scopes.slice(0, mostScopes).map(({ name, variablesReference, expensive }) => ({
    name,
    reference: frames.given(variablesReference, { thread }),
    expensive,
  }))
}

export async function scopeReference(
  live: LiveDebugSession,
  frames: StoppedFrames,
  { thread, frame, scope }: { thread: number; frame: number; scope?: string | undefined },
): Promise<number> {
  const all = await scopesOf(live, frames, thread, frame)
  const found =
    scope === undefined ? all[0] : all.find(({ name }) => name.toLowerCase() === scope.toLowerCase())
  if (found !== undefined) return found.reference
  const names = all.map(({ name }) => name).join(', ')
  throw new Refusal(
    'debugger_refused',
    scope === undefined ? 'this frame has no scopes' : `there is no scope ${scope}; there are ${names}`,
  )
}
