import type { Frame } from '../../../contract/debug-resources.ts'
import { cutText } from '../cut-text.ts'
import { scopesBodySchema, variablesBodySchema } from '../dap-messages.ts'
import type { LiveDebugSession } from '../live-debug-session.ts'
import { Refusal } from '../refusal.ts'
import type { StoppedFrames } from '../stopped-frames.ts'
import { paged } from './paged.ts'
import { chosenThread } from './threads.ts'

type Page = { start: number; limit: number }
type InFrame = { thread?: number | undefined; frame: number }

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

export async function variables(
  live: LiveDebugSession,
  input: InFrame & Page & { scope?: string | undefined; reference?: number | undefined },
) {
  const { stop, frames } = await live.stopped()
  const named =
    input.reference === undefined ? (input.thread ?? stop.thread) : frames.threadOf(input.reference)
  live.unanswered.refuse(named)
  const thread = input.reference === undefined ? await chosenThread(live, named, stop.thread) : named
  const reference = input.reference ?? (await scopeReference(live, frames, { ...input, thread }))
  const { variables } = await live.adapter.ask(
    'variables',
    { variablesReference: reference },
    variablesBodySchema,
  )
  const { items, ...page } = paged(variables, input.start, input.limit)
  return {
    variables: items.map(({ name, value, type, variablesReference }) => ({
      name: cutText(name).value,
      ...cutText(value),
      type: type === undefined ? null : cutText(type).value,
      reference: frames.given(variablesReference, thread),
    })),
    ...page,
  }
}

async function scopesOf(live: LiveDebugSession, frames: StoppedFrames, thread: number, frame: number) {
  const { id } = await frames.frame(thread, frame)
  const found = await live.adapter.ask('scopes', { frameId: id }, scopesBodySchema)
  return found.scopes.map(({ name, variablesReference, expensive }) => ({
    name,
    reference: frames.given(variablesReference, thread),
    expensive,
  }))
}

async function scopeReference(
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
