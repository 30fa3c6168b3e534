import { mostDiffBytes, type StopDiff } from '../../../contract/debug-diff.ts'
import type { LiveDebugSession } from '../live-debug-session.ts'
import { Refusal } from '../refusal.ts'
import { fitDiff } from './fit-diff.ts'
import { diffStops, type KeptStop, toldStop } from './stop-diff.ts'

type Wanted = { readonly from?: number | undefined; readonly to?: number | undefined }

/** What changed between two stops that were kept; the first time, it begins to keep them. */
export async function diff(live: LiveDebugSession, wanted: Wanted): Promise<StopDiff> {
  await live.whenLaunched()
  const { keptStops } = live
  keptStops.begin()
  const { kind } = live.state.value
  if (kind === 'stopped' || kind === 'halted') {
    const { stop, frames } = await live.stopped()
    live.unanswered.refuse(stop.thread)
    await keptStops.take(live.adapter.ask, frames, stop)
  }
  const all = keptStops.all
  const to = wanted.to === undefined ? all.at(-1) : found(all, wanted.to)
  const from =
    wanted.from === undefined ? all[to === undefined ? -1 : all.indexOf(to) - 1] : found(all, wanted.from)
  const kept = all.map(({ number }) => number)
  if (from !== undefined && to !== undefined)
    return fitDiff({ ...diffStops(from, to), kept, note: null }, mostDiffBytes)
  return {
    ...{ from: null, to: to === undefined ? null : toldStop(to), frames: [] },
    stack: { entered: [], left: [], same: 0 },
    ...{ kept, note: 'stops are kept from now on: go on to the next, and ask again', left_out: [] },
  }
}

function found(all: readonly KeptStop[], number: number): KeptStop {
  const one = all.find(stop => stop.number === number)
  if (one !== undefined) return one
  const numbers = all.map(stop => stop.number).join(', ')
  throw new Refusal(
    'debugger_refused',
    `stop ${number} is not kept: ${numbers === '' ? 'none is yet' : `there are ${numbers}`}`,
  )
}
