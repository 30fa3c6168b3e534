import type { Variable } from '../../../contract/debug-resources.ts'
import { cutText } from '../cut-text.ts'
import { variablesBodySchema } from '../dap-messages.ts'
import type { LiveDebugSession } from '../live-debug-session.ts'
import type { StoppedFrames } from '../stopped-frames.ts'
import { type InFrame, scopeReference } from './inspect.ts'
import { paged } from './paged.ts'
import { chosenThread } from './threads.ts'

type Wanted = {
  readonly filter?: 'indexed' | 'named' | undefined
  readonly start: number
  readonly limit: number
}
type Input = InFrame & Wanted & { scope?: string | undefined; reference?: number | undefined }

export async function variables(live: LiveDebugSession, input: Input) {
  const { stop, frames } = await live.stopped()
  const named =
    input.reference === undefined ? (input.thread ?? stop.thread) : frames.of(input.reference).thread
  live.unanswered.refuse(named)
  const thread = input.reference === undefined ? await chosenThread(live, named, stop.thread) : named
  const reference = input.reference ?? (await scopeReference(live, frames, { ...input, thread }))
  const { items, ...page } = await partsOf(live, frames, reference, input)
  return {
    variables: items.map(part => ({
      name: cutText(part.name).value,
      ...toldValue(part, thread, frames),
    })),
    ...page,
  }
}

/** Of a value that an adapter tells, whatever it was asked. */
type Told = {
  readonly value: string
  readonly type?: string | undefined
  readonly variablesReference: number
  readonly indexedVariables?: number | undefined
  readonly namedVariables?: number | undefined
}

/** A value as it is told, its reference remembered. */
export const toldValue = (told: Told, thread: number, frames: StoppedFrames): Omit<Variable, 'name'> => ({
  ...cutText(told.value),
  type: told.type === undefined ? null : cutText(told.type).value,
  reference: frames.given(told.variablesReference, {
    thread,
    indexed: told.indexedVariables,
    named: told.namedVariables,
  }),
})

const isIndex = /^\[?\d+\]?$/

/**
 * A page of what a reference has, elements before what has a name. An adapter that has said how many elements there are
 * is asked for those of the page alone; what any other tells is taken whole, and cut here.
 */
async function partsOf(
  live: LiveDebugSession,
  frames: StoppedFrames,
  reference: number,
  { filter, start, limit }: Wanted,
) {
  const { indexed = 0, named = 0 } = frames.of(reference)
  const ask = async (parameters: object) =>
    (
      await live.adapter.ask(
        'variables',
        { variablesReference: reference, ...parameters },
        variablesBodySchema,
      )
    ).variables
  if (indexed === 0) {
    const all = await ask({})
    const wanted =
      filter === undefined ? all : all.filter(({ name }) => isIndex.test(name) === (filter === 'indexed'))
    return paged(wanted, start, limit)
  }
  const elements = filter === 'named' ? 0 : indexed
  const names = filter === 'indexed' ? 0 : named
  const total = elements + names
  const end = Math.min(start + limit, total)
  const items = []
  if (start < elements) {
    const count = Math.min(end, elements) - start
    const found = await ask({ filter: 'indexed', start, count })
    // One that passes over what it is asked of a page tells all.
    items.push(...(found.length > count ? found.slice(start, start + count) : found))
  }
  if (end > elements) {
    const found = await ask({ filter: 'named', start: 0, count: named })
    items.push(...found.slice(0, named).slice(Math.max(0, start - elements), end - elements))
  }
  return { items, total, next: items.length > 0 && end < total ? end : null }
}
