import { type HitCondition, parseHitCondition } from '../../../contract/debug-breakpoints.ts'
import type { SourceLine } from '../../../contract/fields.ts'
import type { AskAdapter } from '../ask-adapter.ts'
import {
  type AdapterBreakpoint,
  setBreakpointsBodySchema,
  setExceptionBreakpointsBodySchema,
} from '../dap-messages.ts'
import type { BreakpointList, Entry, EntryOf } from './breakpoint-list.ts'

/** What an adapter takes at once, in place of all that it had of the same. */
export type Group = { readonly file: string } | 'function' | 'exception' | 'data'

export const groupOf = (entry: Entry): Group => (entry.kind === 'line' ? { file: entry.file } : entry.kind)

/** A message that is no breakpoint of anybody's. */
export type HiddenLogpoint = {
  readonly id: number
  readonly line: number
  readonly logMessage: string
}

export type Sending = {
  /** What is to be sent besides in a file, and who hears what became of each. */
  readonly probes: {
    hidden(file: string): readonly HiddenLogpoint[]
    answered(id: number, answer: AdapterBreakpoint | { verified: false; message: string }): void
  }
  readonly ask: AskAdapter
  readonly absolute: (file: string) => string
  /** How this adapter takes a hit condition; undefined where hits are counted for it. */
  readonly hitCondition: (wanted: HitCondition) => string | undefined
  /** Those that are no breakpoints of the list. */
  readonly launchFilters: ReadonlySet<string>
  /** Whether filters go with conditions. */
  readonly filterOptions: boolean
  /** Where it is to stop once. */
  readonly until: SourceLine | undefined
}

type Sent = {
  readonly sent: readonly Entry[]
  readonly answers: readonly AdapterBreakpoint[]
  /** What became of the line to run to. */
  readonly until?: AdapterBreakpoint | undefined
}

/** Tells an adapter all that it is to have of one group. */
export async function sendGroup(list: BreakpointList, group: Group, sending: Sending): Promise<Sent> {
  if (typeof group === 'object') return sendFile(list.wanted(group.file), group.file, sending)
  switch (group) {
    case 'function': {
      const sent = wantedOf(list, 'function')
      const breakpoints = sent.map(entry => ({ name: entry.name, ...conditions(entry, sending) }))
      const body = await sending.ask('setFunctionBreakpoints', { breakpoints }, setBreakpointsBodySchema)
      return { sent, answers: body.breakpoints }
    }
    case 'data': {
      const sent = wantedOf(list, 'data')
      const breakpoints = sent.map(entry => ({
        dataId: entry.dataId,
        accessType: entry.access_type,
        ...conditions(entry, sending),
      }))
      const body = await sending.ask('setDataBreakpoints', { breakpoints }, setBreakpointsBodySchema)
      return { sent, answers: body.breakpoints }
    }
    case 'exception':
      return sendExceptions(wantedOf(list, 'exception'), sending)
  }
}

const wantedOf = <K extends Entry['kind']>(list: BreakpointList, kind: K): readonly EntryOf<K>[] =>
  list.of(kind).filter(({ wanted }) => wanted)

/** A line to run to stops always: the breakpoint in it, if there is one, is sent without its conditions. */
async function sendFile(sent: readonly EntryOf<'line'>[], file: string, sending: Sending): Promise<Sent> {
  const { until } = sending
  const line = until?.file === file ? until.line : undefined
  const breakpoints = sent.map(entry =>
    entry.line === line
      ? { line }
      : {
          line: entry.line,
          ...conditions(entry, sending),
          ...(entry.log_message === null ? {} : { logMessage: entry.log_message }),
        },
  )
  const at = sent.findIndex(entry => entry.line === line)
  if (line !== undefined && at < 0) breakpoints.push({ line })
  // Debuggers have one breakpoint a line: somebody's own comes first.
  const taken = new Set(breakpoints.map(one => one.line))
  const hidden = Map.groupBy(
    sending.probes.hidden(file).filter(({ line: at }) => !taken.has(at)),
    ({ line }) => line,
  )
  const messages = [...hidden].map(([line, all]) => ({
    line,
    logMessage: all.map(({ logMessage }) => logMessage).join(''),
  }))
  const all = [...breakpoints, ...messages]
  const parameters = { source: { path: sending.absolute(file) }, breakpoints: all }
  const body = await sending.ask('setBreakpoints', parameters, setBreakpointsBodySchema)
  for (const one of sending.probes.hidden(file)) {
    const place = [...hidden.keys()].indexOf(one.line)
    const said = place < 0 ? undefined : body.breakpoints[breakpoints.length + place]
    sending.probes.answered(
      one.id,
      said ?? { verified: false, message: 'a breakpoint is in this line: take it away, or choose another' },
    )
  }
  const answer = line === undefined ? undefined : body.breakpoints[at < 0 ? sent.length : at]
  return { sent, answers: body.breakpoints.slice(0, sent.length), until: answer }
}

/** Adapters that say nothing of each have agreed to all. */
async function sendExceptions(sent: readonly EntryOf<'exception'>[], sending: Sending): Promise<Sent> {
  const conditional = sent.filter(({ condition }) => condition !== null)
  const plain = sent.filter(({ condition }) => condition === null)
  const named = new Set(conditional.map(({ filter }) => filter))
  const filters = [...new Set([...sending.launchFilters, ...plain.map(({ filter }) => filter)])].filter(
    filter => !named.has(filter),
  )
  const filterOptions = conditional.map(({ filter, condition }) => ({ filterId: filter, condition }))
  const parameters = sending.filterOptions ? { filters, filterOptions } : { filters }
  await sending.ask('setExceptionBreakpoints', parameters, setExceptionBreakpointsBodySchema)
  return { sent, answers: sent.map(() => ({ verified: true })) }
}

function conditions(
  { condition, hit_condition }: { condition: string | null; hit_condition: string | null },
  { hitCondition }: Sending,
) {
  const wanted = hit_condition === null ? undefined : parseHitCondition(hit_condition)
  const native = wanted === undefined ? undefined : hitCondition(wanted)
  return {
    ...(condition === null ? {} : { condition }),
    ...(native === undefined ? {} : { hitCondition: native }),
  }
}
