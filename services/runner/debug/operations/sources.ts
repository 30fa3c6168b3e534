import type { LoadedSource, SourceWindow } from '../../../contract/debug-inspected.ts'
import { findFunction } from '../above/find-function.ts'
import { loadedSourcesBodySchema, type Source, sourceBodySchema } from '../dap-messages.ts'
import type { LiveDebugSession } from '../live-debug-session.ts'
import { Refusal } from '../refusal.ts'
import { refuseUnlessShown } from '../shown-to-watcher.ts'
import { lineOf } from '../source-text.ts'
import { able } from './able.ts'
import { paged } from './paged.ts'
import { chosenThread } from './threads.ts'

type Wanted = {
  thread?: number | undefined
  frame: number
  file?: string | undefined
  reference?: number | undefined
  line?: number | undefined
  function?: string | undefined
  around: number
}
type Found = Pick<SourceWindow, 'file' | 'reference'> & { line: number; lines: readonly string[] }

/** A window of lines: of a file, of what the debuggee has generated, or of where a frame stands. */
export async function source(live: LiveDebugSession, input: Wanted): Promise<SourceWindow> {
  await live.whenLaunched()
  const found = await sourceOf(live, input)
  const total = found.lines.length
  const line = input.function === undefined ? (input.line ?? found.line) : begins(input.function, found)
  if (line > total)
    throw new Refusal('debugger_refused', `there is no line ${line}: the source has ${total} lines`)
  const first = Math.max(1, line - input.around)
  const last = Math.min(total, line + input.around)
  const lines = Array.from({ length: last - first + 1 }, (_, at) => lineOf(found.lines, first + at) ?? '')
  return { file: found.file, reference: found.reference, line, first, lines, total }
}

/** The line where a function begins, by the text of its source. */
function begins(name: string, { file, lines }: Found): number {
  const found = findFunction(lines, file ?? 'this source', name)
  if (!found.found) throw new Refusal('debugger_refused', found.message)
  return found.line
}

async function sourceOf(live: LiveDebugSession, input: Wanted): Promise<Found> {
  if (input.reference !== undefined)
    return { file: null, reference: input.reference, line: 1, lines: await generated(live, input.reference) }
  if (input.file !== undefined) {
    const path = live.paths.absolute(input.file)
    await refuseUnlessShown(input.file, path, live.paths)
    const lines = await live.lines(path)
    if (lines !== undefined) return { file: input.file, reference: null, line: 1, lines }
    const why = (await live.paths.missing(input.file)) ?? 'it cannot be read, or is too large'
    throw new Refusal('debugger_refused', `${input.file}: ${why}`)
  }
  const { stop, frames } = await live.stopped()
  const thread = await chosenThread(live, input.thread, stop.thread)
  const { source: of, line, name } = await frames.frame(thread, input.frame)
  const lines = of?.path === undefined ? undefined : await live.lines(of.path)
  const file = await live.paths.told(of?.path)
  if (lines !== undefined) return { file, reference: null, line, lines }
  const reference = of?.sourceReference ?? 0
  if (reference > 0) return { file, reference, line, lines: await generated(live, reference, of) }
  throw new Refusal('debugger_refused', `frame ${input.frame} (${name}) has no source that can be read`)
}

/** DAP says it twice, for older adapters. */
async function generated(
  live: LiveDebugSession,
  sourceReference: number,
  of: Source | null = null,
): Promise<string[]> {
  const parameters = { source: { ...of, sourceReference }, sourceReference }
  const { content } = await live.adapter.ask('source', parameters, sourceBodySchema)
  return content.split(/\r\n|\n|\r/)
}

export async function loadedSources(
  live: LiveDebugSession,
  { start, limit }: { start: number; limit: number },
) {
  await live.whenLaunched()
  able(live, 'supportsLoadedSourcesRequest', 'list of loaded sources')
  const { sources } = await live.adapter.ask('loadedSources', {}, loadedSourcesBodySchema)
  const { items, ...page } = paged(sources, start, limit)
  const told: LoadedSource[] = []
  for (const { name, path, sourceReference = 0 } of items)
    told.push({
      name: name ?? path ?? '',
      file: await live.paths.told(path),
      reference: sourceReference > 0 ? sourceReference : null,
    })
  return { sources: told, ...page }
}
