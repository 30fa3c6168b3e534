import type { Probe, Recorded } from '../../../contract/debug-probes.ts'
import type { LiveDebugSession } from '../live-debug-session.ts'
import { able } from '../operations/able.ts'
import { Refusal } from '../refusal.ts'
import type { NewProbe, Probes } from './probes.ts'
import { tracedFunction } from './traced-function.ts'

const logpoints = 'logpoints, so that nothing can be told while the program runs on'

/** Begins to trace functions, or stops that; tells all that is traced or watched. */
export async function trace(
  live: LiveDebugSession,
  { functions, remove }: { functions: readonly string[]; remove: readonly number[] },
): Promise<Probe[]> {
  await live.whenOpen()
  const come: NewProbe[] = []
  for (const given of functions) {
    const { probe, problem } = await tracedFunction(given, live)
    if (problem !== undefined) throw new Refusal('debugger_refused', problem)
    come.push(probe)
  }
  await live.probes.change(come, remove)
  return live.probes.list()
}

/** Begins to watch an expression in a line, or stops that; tells all that is traced or watched. */
export async function watch(
  live: LiveDebugSession,
  input: {
    at?: string | undefined
    expression?: string | undefined
    changes: boolean
    remove: readonly number[]
  },
): Promise<Probe[]> {
  await live.whenOpen()
  const { at, expression, changes, remove } = input
  const come: NewProbe[] = []
  if (at !== undefined && expression !== undefined) {
    able(live, 'supportsLogPoints', logpoints)
    const { file, line } = await live.breakpoints.lineAt(at)
    await linesOf(live, file)
    const told = { file, line, expression, changes, verified: false, message: notYet }
    come.push({
      kind: 'values',
      ...told,
      at: line,
      expressions: [expression],
      path: live.paths.absolute(file),
    })
  }
  await live.probes.change(come, remove)
  return live.probes.list()
}

type Reading = { readonly from: number; readonly limit: number; readonly wait: number }

/** What has been told after a record; with a wait, as soon as there is something, or nothing can come any more. */
export async function recorded(live: LiveDebugSession, { from, limit, wait }: Reading): Promise<Recorded> {
  const { ring } = live.probes
  await live.probes.flush()
  if (ring.last.value <= from && wait > 0) {
    const over = new AbortController()
    const rests = live.state.until(
      ({ kind }) => kind === 'stopped' || kind === 'ended',
      wait * 1_000,
      over.signal,
    )
    await Promise.race([ring.last.until(last => last > from, wait * 1_000, over.signal), rests])
    over.abort()
    await live.probes.flush()
  }
  return recordedOf(live.probes, { from, limit })
}

export const recordedOf = (probes: Probes, { from, limit }: Omit<Reading, 'wait'>): Recorded => ({
  probes: probes.list(),
  ...probes.ring.after(from, limit),
})

const notYet = 'it is not set yet'

async function linesOf(live: LiveDebugSession, file: string) {
  const missing = await live.paths.missing(file)
  if (missing !== undefined) throw new Refusal('debugger_refused', `${file}: ${missing}`)
  return live.lines(live.paths.absolute(file))
}
