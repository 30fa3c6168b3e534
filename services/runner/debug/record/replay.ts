import type { Clock } from '../../../../lib/clock.ts'
import type { ProcessScope } from '../../../../lib/processes/process-scope.ts'
import type { DebugReplay } from '../../../contract/debug-replay.ts'
import type { Frame, Stop } from '../../../contract/debug-resources.ts'
import { ConnectedViewers } from '../control/connected-viewers.ts'
import { type StackFrame, type StoppedEvent, stackFrameSchema } from '../dap-messages.ts'
import type { EnginePlan } from '../engine.ts'
import { LiveDebugSession } from '../live-debug-session.ts'
import type { Identity } from '../live-dependencies.ts'
import { perform } from '../operations/perform.ts'
import type { Place } from '../place.ts'
import { Refusal } from '../refusal.ts'
import { SourceText } from '../source-text.ts'
import { recordedAdapter } from './recorded-adapter.ts'
import type { ReadRecord, RecordedStop } from './recorded-stop.ts'

/** How long it may take to stand where the record says, in milliseconds. */
const standMs = 10_000

export type ReplayWanted = {
  readonly thread?: number | undefined
  readonly frame: number
  readonly scope?: string | undefined
  readonly reference?: number | undefined
  readonly start: number
  readonly limit: number
}

type Surroundings = { readonly identity: Identity; readonly clock: Clock; readonly scope: ProcessScope }
type Found = ReadRecord & { readonly found: RecordedStop; readonly stops: NonNullable<ReadRecord['stops']> }

/**
 * What is known of a stop, from the record alone: the same questions as to a live debugger, to an adapter that is the
 * record. What was not asked then is missing, and is said to be.
 */
export async function replayed(
  record: Found,
  wanted: ReplayWanted,
  surroundings: Surroundings,
): Promise<DebugReplay> {
  const { found, stops, damaged } = record
  await using live = standing(record, surroundings)
  await live.prepare()
  live.launched()
  await live.nextStop(-1, standMs)
  const { frames } = await live.stopped()
  const missing: string[] = []
  const { stop } = found
  const thread = wanted.thread ?? stop.thread
  if (wanted.reference !== undefined)
    frames.given(wanted.reference, { thread, ...partsOf(found, wanted.reference) })
  const { frame, scope, reference, start, limit } = wanted
  const inFrame = { thread, frame }
  const ask = async <T>(what: string, operation: Parameters<typeof perform>[1], input: object) => {
    try {
      return (await perform(live, operation, { ...input })) as T
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      missing.push(`${what}: ${error.message}`)
      return null
    }
  }
  type Answers = { frames: Frame[]; threads: DebugReplay['threads']; variables: DebugReplay['variables'] }
  const threads = await ask<Answers>('the threads', 'debug.threads', { limit: 1_000 })
  const stack = await ask<Answers>('the stack', 'debug.stack', { thread, limit: 1_000 })
  const scopes = await ask<DebugReplay['scopes']>(`the scopes of frame ${frame}`, 'debug.scopes', inFrame)
  const variables = await ask<Answers>(
    reference === undefined ? `the variables of frame ${frame}` : `the parts of reference ${reference}`,
    'debug.variables',
    { ...inFrame, scope, reference, start, limit },
  )
  const unasked = unaskedParts(found, wanted, variables?.variables?.length)
  if (unasked > 0)
    missing.push(`${unasked} of these parts of reference ${reference}: were not asked for at this stop`)
  if (damaged > 0) missing.push(`${damaged} lines of the record cannot be read`)
  return {
    ...{ stop, at: found.at, by: found.by, stops },
    threads: threads?.threads ?? null,
    frames: framesOf(stack?.frames, stop, thread),
    ...{ scopes, variables: variables?.variables ?? null },
    evaluated: evaluatedAt(found),
    output: { ...found.output, chunks: [] },
    missing,
  }
}

/** How many parts the adapter has said that a reference has: by that they were asked for. */
function partsOf({ exchanges }: RecordedStop, reference: number) {
  const told = exchanges.flatMap(({ answer }) => {
    const { variables, scopes, ...body } = answer.ok ? Object(answer.body) : {}
    return [body, ...listOf(variables), ...listOf(scopes)]
  })
  const of = told.find(one => Object(one).variablesReference === reference)
  const { indexedVariables: indexed, namedVariables: named } = Object(of)
  return { indexed, named }
}

/** How many parts are missing of a page of elements that are told. */
function unaskedParts(found: RecordedStop, { reference, start, limit }: ReplayWanted, told = 0): number {
  if (reference === undefined || told === 0) return 0
  const { indexed = 0, named = 0 } = partsOf(found, reference)
  return indexed === 0 ? 0 : Math.max(0, Math.min(start + limit, indexed + named) - start - told)
}

const listOf = (list: unknown): readonly unknown[] => (Array.isArray(list) ? list : [])

/** With the source of the line that it stood at: of others it was not kept. */
function framesOf(frames: readonly Frame[] | undefined, { frame, thread: stopped }: Stop, thread: number) {
  if (frame === null || thread !== stopped) return frames === undefined ? null : [...frames]
  return [frame, ...(frames ?? []).slice(1)]
}

const evaluatedAt = ({ exchanges }: RecordedStop): DebugReplay['evaluated'] =>
  exchanges
    .filter(({ command }) => command === 'evaluate')
    .map(({ parameters, by, answer }) => ({
      expression: String(Object(parameters).expression ?? ''),
      value: answer.ok ? String(Object(answer.body).result ?? '') : null,
      error: answer.ok ? null : answer.why,
      by,
    }))

/** A debug session whose debuggee stands there, and never does anything else. */
function standing({ worktree, capabilities, found }: Found, { identity, clock, scope }: Surroundings) {
  return new LiveDebugSession({
    identity,
    request: {
      program: { kind: 'file', file: '' },
      ...{ arguments: [], interpreter: null, engines: [], breakpoints: [] },
      ...{ stop_on_entry: false, exceptions: 'never' },
    },
    plan: planOf(found, capabilities),
    place: nowhere(worktree),
    ...{ scope, clock },
    text: new SourceText(),
    connected: new ConnectedViewers(),
    record: { note: () => 0, state: () => undefined, flush: async () => undefined },
    tell: () => undefined,
    said: () => undefined,
    child: () => undefined,
    end: () => undefined,
  })
}

const planOf = (found: RecordedStop, capabilities: unknown): EnginePlan => ({
  open: recordedAdapter(found, capabilities),
  adapterId: 'record',
  begin: async () => ({ ok: true, program: { words: [], environment: {} } }),
  everyThread: 0,
  exceptionFilters: () => [],
  meaning: event => ({ ...found.stop, frame: frameIn(event) }),
  evaluationError: message => message,
})

/** Where an engine has told the innermost frame with its event, in whichever member. */
const frameIn = (event: StoppedEvent): StackFrame | undefined =>
  Object.values(event)
    .map(value => stackFrameSchema.safeParse(value).data)
    .find(frame => frame !== undefined)

/** Nothing runs there, and no file is shown: what they hold now is not what they held then. */
const nowhere = (worktree: string): Place => ({
  ...{ worktree, directory: worktree, environment: {} },
  enclosure: {
    apart: false,
    network: false,
    shows: () => false,
    enclose: () => {
      throw new Error('a record runs nothing')
    },
  },
  meeting: () => {
    throw new Error('a record meets nobody')
  },
})
